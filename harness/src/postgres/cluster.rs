use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::RunId;
use super::binaries::{Account, Binaries};
use super::error::log_tail;
use super::owner::Owner;
use super::places::{CLUSTER_PREFIX, OWNER_FILE, cluster_parent};
use super::wait::{pace, until_it_answers};
use crate::guard::Guard;

/// Kills the server with process id `$name`, waits at most 10 s, and removes the directory `$1`.
const CLEANUP: &str = r#"
turns=0
if [ -n "$name" ] && kill -QUIT "$name" 2>/dev/null; then
  # A server that has ended stays a zombie until the judge, which may be ending too, reaps it.
  while kill -0 "$name" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$name/status" 2>/dev/null \
    && [ $turns -lt 100 ]; do
    turns=$((turns + 1)); sleep 0.1
  done
  kill -KILL "$name" 2>/dev/null
fi
turns=0
while ! rm -rf "$1" && [ $turns -lt 50 ]; do turns=$((turns + 1)); sleep 0.1; done
"#;

/// A running cluster in a directory of its own, which lies in [`cluster_parent`].
///
/// On drop, and when this process is killed, the guard stops the server and removes the directory.
#[derive(Debug)]
pub(super) struct Cluster {
    server: Child,
    guard: Guard,
    dir: PathBuf,
    options: PgConnectOptions,
}

impl Cluster {
    /// Makes a cluster and waits until it answers: about 1 s, at most 90 s.
    pub(super) async fn start(
        binaries: &Binaries,
        account: Option<&Account>,
        run: &RunId,
    ) -> Result<Self, String> {
        let dir = make_directory(run, account).map_err(|error| {
            format!("failed to make a directory in {}: {error}", cluster_parent().display())
        })?;
        let mut guard = match Guard::start(CLEANUP, &dir) {
            Ok(guard) => guard,
            Err(error) => {
                let _ = fs::remove_dir_all(&dir);
                return Err(format!("failed to start /bin/sh: {error}"));
            }
        };
        let context = ProgramContext { binaries, account, dir: &dir };
        // From here on, an early return drops the guard, which removes the directory.
        let password = context.initdb(&mut guard).await?;
        let (server, guard, options) = context.serve(guard, &password).await?;
        Ok(Self { server, guard, dir, options })
    }

    /// The superuser's connection settings.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Stops the server immediately, waits for its end, and removes the directory.
    pub(super) async fn stop(mut self) -> Result<(), String> {
        let dir = self.dir.display();
        stop_server(&mut self.server)
            .await
            .map_err(|error| format!("failed to stop postgres in {dir}: {error}"))?;
        remove_directory(&self.dir)
            .await
            .map_err(|error| format!("failed to remove {dir}: {error}"))?;
        self.guard.dismiss().await;
        Ok(())
    }
}

/// The context in which a cluster's programs run.
struct ProgramContext<'a> {
    binaries: &'a Binaries,
    account: Option<&'a Account>,
    dir: &'a Path,
}

impl ProgramContext<'_> {
    /// A command that inherits only `PATH` from our environment.
    fn command(&self, program: &str) -> io::Result<Command> {
        let log = fs::File::options().create(true).append(true).open(self.log())?;
        let mut command = Command::new(self.binaries.program(program));
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir(self.dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        Ok(command)
    }

    /// Runs `initdb`. Returns the superuser's password.
    ///
    /// If the future is dropped, the guard stops `initdb` with SIGQUIT, which `initdb` handles.
    /// SIGKILL would leave its server's shared memory behind.
    async fn initdb(&self, guard: &mut Guard) -> Result<String, String> {
        let password = uuid::Uuid::new_v4().simple().to_string();
        let file = self.dir.join("password");
        let run = async {
            fs::write(&file, &password)?;
            self.give_to_account(&file)?;
            let mut child = self
                .command("initdb")?
                .args(["--pgdata=data", "--username=postgres", "--pwfile=password"])
                .args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"])
                .spawn()?;
            if let Some(pid) = child.id() {
                guard.set(&pid.to_string()).await?;
            }
            let status = timeout(Duration::from_secs(60), child.wait()).await??;
            guard.set("").await?;
            fs::remove_file(&file)?;
            Ok::<_, io::Error>(status)
        };
        match run.await {
            Ok(status) if status.success() => Ok(password),
            Ok(status) => Err(format!("initdb ended with {status}: {}", self.log_tail())),
            Err(error) => Err(format!("failed to run initdb: {error}: {}", self.log_tail())),
        }
    }

    /// Starts the server. Another program can take the free port before the server binds it, so
    /// this tries at most 5 ports.
    async fn serve(
        &self,
        mut guard: Guard,
        password: &str,
    ) -> Result<(Child, Guard, PgConnectOptions), String> {
        let mut last = String::new();
        for _ in 0..5 {
            let port =
                free_port().map_err(|error| format!("failed to find a free port: {error}"))?;
            let mut server = self
                .server(port)
                .and_then(|mut command| command.spawn())
                .map_err(|error| format!("failed to start postgres: {error}"))?;
            if let Some(pid) = server.id() {
                guard.set(&pid.to_string()).await.map_err(|error| {
                    format!("failed to tell the guard the server's process id: {error}")
                })?;
            }
            let options = PgConnectOptions::new_without_pgpass()
                .host("127.0.0.1")
                .port(port)
                .username("postgres")
                .password(password)
                .database("postgres")
                .ssl_mode(PgSslMode::Disable);
            let gone = async || match server.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => {
                    Some(format!("postgres ended with {status}: {}", self.log_tail()))
                }
                Err(error) => Some(error.to_string()),
            };
            match until_it_answers(&options, Duration::from_secs(30), gone).await {
                Ok(()) => return Ok((server, guard, options)),
                Err(why) => last = why,
            }
            let _ = stop_server(&mut server).await;
            let _ = guard.set("").await;
            if !last.contains("in use") {
                break;
            }
        }
        Err(last)
    }

    fn server(&self, port: u16) -> io::Result<Command> {
        let mut command = self.command("postgres")?;
        command.args(["-D", "data"]);
        // A socket's path has at most 107 bytes, and some systems have long temporary directories.
        // No client uses the socket.
        let socket_dir = self.dir.to_string_lossy();
        let socket_dir = if socket_dir.len() > 80 { "" } else { &*socket_dir };
        for setting in [
            format!("port={port}"),
            format!("unix_socket_directories={socket_dir}"),
            "listen_addresses=127.0.0.1".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        Ok(command)
    }

    fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// The last lines of the log, on one line.
    fn log_tail(&self) -> String {
        log_tail(&fs::read(self.log()).unwrap_or_default())
    }

    fn give_to_account(&self, path: &Path) -> io::Result<()> {
        match self.account {
            Some(account) => chown(path, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }
}

/// Settings for a server that lives for a minute and may lose its data. `log` is the level that
/// reports why a server does not start, and omits errors of clients.
pub(super) const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=500",
    "shared_buffers=64MB",
    "jit=off",
    "log_checkpoints=off",
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "max_prepared_transactions=0",
];

fn make_directory(run: &RunId, account: Option<&Account>) -> io::Result<PathBuf> {
    let dir = tempfile::Builder::new()
        .prefix(&format!("{CLUSTER_PREFIX}{}-", run.short()))
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(cluster_parent())?;
    // The owner comes first, because `clean` removes no directory without an owner.
    fs::write(dir.path().join(OWNER_FILE), Owner::this().to_string())?;
    if let Some(account) = account {
        chown(dir.path(), Some(account.uid), Some(account.gid))?;
    }
    Ok(dir.keep())
}

/// SIGQUIT is Postgres's immediate shutdown: the server ends its children and saves nothing.
/// SIGKILL follows only after 10 s, because its children then have to notice the end themselves.
async fn stop_server(server: &mut Child) -> io::Result<()> {
    let pid = server.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    if let Some(pid) = pid {
        kill_process(pid, Signal::QUIT)?;
    }
    match timeout(Duration::from_secs(10), server.wait()).await {
        Ok(ended) => ended.map(drop),
        Err(_) => server.kill().await,
    }
}

/// Tries at most 50 times, because children of the server may still write for a moment.
async fn remove_directory(dir: &Path) -> io::Result<()> {
    let mut result = Ok(());
    let mut turn = pace(Duration::from_millis(50));
    for _ in 0..50 {
        turn.tick().await;
        result = match tokio::fs::remove_dir_all(dir).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => return Ok(()),
        };
    }
    result
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
