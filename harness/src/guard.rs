use std::ffi::OsStr;
use std::io;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The guards that were started and not dismissed.
static LIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// A process that outlives us by a moment, and puts away what we could not.
///
/// It reads from a pipe that only we hold. When the pipe ends without a word of farewell, we have
/// been killed (or have panicked), and the guard does what its script says. It is in a process
/// group of its own and deaf to what a terminal sends, so that Ctrl-C does not take it first.
#[derive(Debug)]
pub(crate) struct Guard {
    child: Child,
}

/// Reads words until the end of the pipe: `set NAME` remembers a name, `done` ends the guard. What
/// comes after this in a script is done if the end comes first; `$name` is the last name.
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
    /// Starts a guard that does `script` with `argument` as its `$1` when we are gone.
    ///
    /// # Errors
    ///
    /// When there is no `/bin/sh`.
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

    /// Tells the guard the name of what it guards: a process id, a container id.
    ///
    /// # Errors
    ///
    /// When the guard has gone.
    pub(crate) async fn set(&mut self, name: &str) -> io::Result<()> {
        self.say(&format!("set {name}\n")).await
    }

    /// Dismisses the guard: there is nothing left to put away.
    pub(crate) async fn dismiss(mut self) {
        let pid = self.child.id();
        let said = self.say("done\n").await;
        drop(self.child.stdin.take());
        let gone = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
        if said.is_err() || gone.is_err() {
            tracing::debug!("the guard was gone, or did not go");
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

/// Kills what a run has started when the run's program is killed itself, by whatever means.
///
/// While the program lives, it cleans up itself; when it is gone, every process whose environment
/// holds the token is killed.
#[derive(Debug)]
pub(crate) struct KillGuard {
    guard: Guard,
}

/// Kills whoever has `$1` in the environment but itself; twice, for those born meanwhile.
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
    /// Starts a guard over every process that has the token in its environment. When it is dropped
    /// and not dismissed, as in a panic, it does its work.
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

    /// Dismisses the guard: nobody is left. Returns when it has gone.
    pub(crate) async fn dismiss(self) {
        self.guard.dismiss().await;
    }
}

/// Waits, each for so long at most, until the guards that were not dismissed have done their work.
/// Blocks this thread: for the end of a program.
pub(crate) fn finish(within: Duration) {
    let within = Timespec::try_from(within).ok();
    for pid in std::mem::take(&mut *live()) {
        let pid = Pid::from_raw(pid.cast_signed());
        let Some(Ok(pidfd)) = pid.map(|pid| pidfd_open(pid, PidfdFlags::empty())) else { continue };
        // A guard that does not come to its end is as good as one that was killed.
        // The end of any other child interrupts the wait, which is none of its business.
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
    async fn when_the_pipe_ends_those_with_the_token_are_killed_and_nobody_else() {
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
