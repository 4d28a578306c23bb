use std::ffi::OsStr;
use std::io;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The process ids of guards that were started and not dismissed.
static LIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// A process that cleans up if this program is killed or panics.
///
/// The guard reads from a pipe that only this program holds. If the pipe ends before the guard is
/// dismissed, the guard runs its script. The guard has a process group of its own and ignores a
/// terminal's signals, so that Ctrl-C does not end the guard first.
#[derive(Debug)]
pub(crate) struct Guard {
    child: Child,
}

/// Reads lines until the pipe ends: `set NAME` stores a name in `$name`, `done` ends the guard. The
/// script follows, and runs only if the pipe ends without `done`.
const READ: &str = r#"
trap '' HUP INT QUIT TERM
name=
while read -r word value; do
  case $word in
    set) name=$value ;;
    done) exit 0 ;;
  esac
done
"#;

impl Guard {
    /// Starts a guard that runs `script`, with `argument` as `$1`, when this program is gone.
    ///
    /// # Errors
    ///
    /// If `/bin/sh` cannot be started.
    pub(crate) fn start(script: &str, argument: impl AsRef<OsStr>) -> io::Result<Self> {
        let child = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("{READ}{script}"))
            .arg("lastorders-guard")
            .arg(argument)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        live().extend(child.id());
        Ok(Self { child })
    }

    /// Gives the guard's script its `$name`, such as a process id or a container id.
    ///
    /// # Errors
    ///
    /// If the guard has ended.
    pub(crate) async fn set(&mut self, name: &str) -> io::Result<()> {
        self.say(&format!("set {name}\n")).await
    }

    /// Ends the guard without running its script.
    pub(crate) async fn dismiss(mut self) {
        let pid = self.child.id();
        let said = self.say("done\n").await;
        drop(self.child.stdin.take());
        let gone = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
        if said.is_err() || gone.is_err() {
            tracing::debug!("the guard had ended already, or did not end within 5 s");
        }
        live().retain(|live| Some(*live) != pid);
    }

    async fn say(&mut self, words: &str) -> io::Result<()> {
        let Some(pipe) = self.child.stdin.as_mut() else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        pipe.write_all(words.as_bytes()).await?;
        pipe.flush().await
    }
}

/// A guard that kills every process with a token in its environment if this program is killed.
///
/// While this program lives, it kills those processes itself.
#[derive(Debug)]
pub(crate) struct KillGuard {
    guard: Guard,
}

/// Kills each process with `$1` in its environment, except itself. The second round kills processes
/// that were started during the first.
const KILL: &str = r#"
for round in 1 2; do
    for process in /proc/[0-9]*; do
        pid=${process#/proc/}
        [ "$pid" = "$$" ] && continue
        if grep -qsaF -- "$1" "$process/environ"; then kill -KILL "$pid" 2>/dev/null; fi
    done
done
"#;

impl KillGuard {
    /// Starts a guard over every process that has the token in its environment. If the guard is
    /// dropped without [`dismiss`](Self::dismiss), as in a panic, the processes are killed.
    ///
    /// # Errors
    ///
    /// If no shell can be started.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub(crate) fn start(token: &str) -> io::Result<Self> {
        Ok(Self { guard: Guard::start(KILL, token)? })
    }

    /// Ends the guard without killing anything, and waits for its end.
    pub(crate) async fn dismiss(self) {
        self.guard.dismiss().await;
    }
}

/// Waits until the guards that were not dismissed have run their scripts, at most `within` for
/// each. Blocks this thread, so only the end of the program may call this.
pub(crate) fn finish(within: Duration) {
    let within = Timespec::try_from(within).ok();
    for pid in std::mem::take(&mut *live()) {
        let pid = Pid::from_raw(pid.cast_signed());
        let Some(Ok(pidfd)) = pid.map(|pid| pidfd_open(pid, PidfdFlags::empty())) else { continue };
        // A guard that hangs is given up like one that was killed. The end of another child
        // interrupts the wait with a signal, so the wait is repeated.
        let mut ended = [PollFd::new(&pidfd, PollFlags::IN)];
        let _ = rustix::io::retry_on_intr(|| poll(&mut ended, within.as_ref()));
    }
}

fn live() -> std::sync::MutexGuard<'static, Vec<u32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn dropped_guard_kills_only_processes_with_the_token() {
        let sleeper = |token: &str| {
            let mut command = Command::new("sleep");
            command.arg("60").env("TOKEN", token).kill_on_drop(true).spawn().unwrap()
        };
        let token = format!("lastorders-test-{}", uuid::Uuid::new_v4());
        let mut ours = sleeper(&token);
        let mut other = sleeper("another");
        drop(KillGuard::start(&token).unwrap());
        let status = ours.wait().await.unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
        assert!(other.try_wait().unwrap().is_none());
        other.kill().await.unwrap();
    }
}
