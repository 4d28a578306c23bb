use std::io;

use crate::guard::Guard as AnyGuard;

/// Kills what a run has started when the run's program is killed itself, by whatever means.
///
/// While the program lives, it cleans up itself; when it is gone, every process whose environment
/// holds the token is killed.
#[derive(Debug)]
pub struct Guard {
    guard: AnyGuard,
}

/// Kills whoever has `$1` in the environment but itself; twice, for those born meanwhile.
const SCRIPT: &str = r#"
for round in 1 2; do
    for process in /proc/[0-9]*; do
        pid=${process#/proc/}
        [ "$pid" = "$$" ] && continue
        if grep -qsaF -- "$1" "$process/environ"; then kill -KILL "$pid" 2>/dev/null; fi
    done
done
"#;

impl Guard {
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
    pub fn start(token: &str) -> io::Result<Self> {
        Ok(Self { guard: AnyGuard::start(SCRIPT, token)? })
    }

    /// Dismisses the guard: nobody is left. Returns when it has gone.
    pub async fn dismiss(self) {
        self.guard.dismiss().await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::process::Command;

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
