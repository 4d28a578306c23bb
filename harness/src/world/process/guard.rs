use std::io;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, ChildStdin, Command};

/// A process that kills what we started when we are killed ourselves, by whatever means.
///
/// It waits for the end of a pipe that only we hold open. While we live, we clean up; when the pipe
/// ends, it kills every process whose environment holds the token. It is a shell, since a `fork`
/// without `exec` is not safe in a program with threads, and a shell is on every machine.
#[derive(Debug)]
pub struct Guard {
    pipe: Mutex<Option<ChildStdin>>,
    _child: Child,
}

/// Kills whoever has `$1` in the environment but itself; twice, for those born meanwhile.
const SCRIPT: &str = r#"
trap '' HUP INT TERM PIPE
cat >/dev/null
for round in 1 2; do
    for process in /proc/[0-9]*; do
        pid=${process#/proc/}
        [ "$pid" = "$$" ] && continue
        if grep -qsaF -- "$1" "$process/environ"; then kill -KILL "$pid" 2>/dev/null; fi
    done
done
"#;

impl Guard {
    /// Starts a guard over every process that has the token in its environment.
    ///
    /// # Errors
    ///
    /// If no shell can be started.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn start(token: &str) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "lastorders-guard", token]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A session of its own: Ctrl-C on our terminal must not end it before its work is done.
        super::spawn::detach(&mut command);
        let mut child = command.spawn()?;
        let pipe = Mutex::new(child.stdin.take());
        Ok(Self { pipe, _child: child })
    }
}

impl Drop for Guard {
    /// Ends it: it looks for what is left, finds nothing, and is gone.
    fn drop(&mut self) {
        drop(self.pipe.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
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
        drop(Guard::start(&token).unwrap());
        let status = ours.wait().await.unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
        assert!(other.try_wait().unwrap().is_none());
        other.kill().await.unwrap();
    }
}
