use std::ffi::OsString;
use std::process::Stdio;

use thiserror::Error;
use tokio::process::{Child, Command};

use crate::command::Launch;

/// Why the server could not be started.
#[derive(Debug, Error)]
pub(crate) enum SpawnError {
    /// There is no such program.
    #[error("there is no program `{program}`; install it, or correct the path")]
    NoSuchProgram {
        /// The name or path from the launch.
        program: String,
    },
    /// There is no such directory.
    #[error("the working directory `{cwd}` does not exist; create it, or correct `cwd`")]
    NoSuchDirectory {
        /// The path from the launch.
        cwd: String,
    },
    /// The operating system refused to start the program.
    #[error("`{program}` could not be started: {error}")]
    Refused {
        /// The name or path from the launch.
        program: String,
        /// The operating system's error.
        error: std::io::Error,
    },
}

/// Starts the server as the leader of its own session and process group, with default signal
/// dispositions and an empty signal mask. `ours` is this process's environment, and `launch` says
/// which part the server gets. `contract` takes precedence over all other variables.
pub(super) fn spawn(
    launch: &Launch,
    ours: impl IntoIterator<Item = (OsString, OsString)>,
    contract: &[(&str, String)],
) -> Result<Child, SpawnError> {
    let program = launch.program.to_string_lossy().into_owned();
    if !launch.cwd.is_dir() {
        return Err(SpawnError::NoSuchDirectory { cwd: launch.cwd.display().to_string() });
    }
    let mut command = Command::new(&launch.program);
    command.args(&launch.args).current_dir(&launch.cwd).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(launch.environment.of_server(ours));
    command.envs(launch.env.iter().map(|(name, value)| (name, value)));
    command.envs(contract.iter().map(|(name, value)| (name, value)));
    detach(&mut command);
    command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => SpawnError::NoSuchProgram { program },
        _ => SpawnError::Refused { program, error },
    })
}

/// Makes the child the leader of its own session, with no signal ignored and no signal blocked.
#[expect(unsafe_code, reason = "calls between fork and exec have no safe interface")]
pub(super) fn detach(command: &mut Command) {
    let between_fork_and_exec = || {
        // SAFETY: setsid, signal, sigemptyset and sigprocmask are async-signal-safe; nothing here
        // allocates or takes a lock, and `set` is initialised by sigemptyset before it is read.
        unsafe {
            if libc::setsid() == -1 {
                return Err(std::io::Error::last_os_error());
            }
            for number in 1..=libc::SIGRTMAX() {
                // This fails for KILL, STOP and the C library's own signals, which need no reset.
                libc::signal(number, libc::SIG_DFL);
            }
            let mut set = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigprocmask(libc::SIG_SETMASK, set.as_ptr(), std::ptr::null_mut());
        }
        Ok(())
    };
    // SAFETY: the closure does only what is allowed between fork and exec, see above.
    unsafe {
        command.pre_exec(between_fork_and_exec);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Environment;

    /// The lines of the environment that a spawned shell prints.
    async fn printed(environment: Environment, env: &[(&str, &str)]) -> Vec<String> {
        let launch = Launch {
            name: "sh".to_owned(),
            program: "/bin/sh".into(),
            args: ["-c", "env"].map(Into::into).to_vec(),
            cwd: "/".into(),
            environment,
            env: env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ready_timeout: None,
        };
        let ours = [
            ("PATH", "/usr/bin:/bin"),
            ("VENV", "/srv/venv"),
            ("PORT", "1"),
            ("DATABASE_URL", "postgres://production"),
            ("PGHOST", "production"),
            ("CARGO_PKG_NAME", "lastorders-harness"),
        ];
        let contract = [("PORT", "2".to_owned()), ("DATABASE_URL", "postgres://judge".to_owned())];
        let ours = ours.map(|(name, value)| (name.into(), value.into()));
        let child = spawn(&launch, ours, &contract).unwrap();
        let output = child.wait_with_output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        // Every shell sets these variables itself.
        lines.retain(|line| {
            !["PWD=", "OLDPWD=", "SHLVL=", "_="].iter().any(|own| line.starts_with(own))
        });
        lines.sort();
        lines
    }

    #[tokio::test]
    async fn server_inherits_the_environment_except_port_and_database() {
        let inherited = printed(Environment::Inherited, &[]).await;
        let always = ["DATABASE_URL=postgres://judge", "PATH=/usr/bin:/bin", "PORT=2"];
        assert_eq!(inherited, [&always[..], &["VENV=/srv/venv"]].concat());
        assert_eq!(printed(Environment::Listed, &[]).await, always);
    }

    #[tokio::test]
    async fn added_variable_takes_precedence_over_an_inherited_one() {
        let added = [("PATH", "/bin"), ("PGHOST", "asked-for"), ("VENV", "/other")];
        let expected = [
            "DATABASE_URL=postgres://judge",
            "PATH=/bin",
            "PGHOST=asked-for",
            "PORT=2",
            "VENV=/other",
        ];
        for environment in [Environment::Inherited, Environment::Listed] {
            assert_eq!(printed(environment, &added).await, expected, "{environment:?}");
        }
    }

    /// The field of `/proc/PID/status`, of a process started by a shell that ignores SIGTERM.
    #[tokio::test]
    async fn spawned_server_has_its_own_session_and_ignores_or_blocks_no_signal() {
        let mut command = Command::new("sh");
        command.args(["-c", "cat /proc/self/status; cut -d ' ' -f 6 /proc/$$/stat; echo pid $$"]);
        detach(&mut command);
        // An ignored signal is inherited across exec, unless it is reset.
        #[expect(unsafe_code, reason = "there is no safe interface to signal dispositions")]
        // SAFETY: nothing else in this test binary uses SIGWINCH, which is reset below.
        unsafe {
            libc::signal(libc::SIGWINCH, libc::SIG_IGN);
        }
        let output = command.output().await.unwrap();
        #[expect(unsafe_code, reason = "there is no safe interface to signal dispositions")]
        // SAFETY: as above.
        unsafe {
            libc::signal(libc::SIGWINCH, libc::SIG_DFL);
        }
        let text = String::from_utf8(output.stdout).unwrap();
        let field = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            u64::from_str_radix(line.rsplit('\t').next().unwrap(), 16).unwrap()
        };
        // 32 and 33 are the C library's own signals, which no program can set.
        let settable = !(0b11 << 31);
        assert_eq!(field("SigIgn") & settable, 0, "{text}");
        assert_eq!(field("SigBlk"), 0, "{text}");
        let mut last = text.lines().rev();
        let pid = last.next().unwrap().trim_start_matches("pid ").to_owned();
        assert_eq!(last.next().unwrap().trim(), pid, "the session's leader: {text}");
    }
}
