use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::guard::Guard;
use crate::postgres::local::OWNER_FILE;
use crate::postgres::owner::Owner;

/// What the name of a scratch directory begins with.
pub(in crate::postgres) const SCRATCH: &str = "lastorders-npm-";

/// Kills the process group `$name`, and removes the directory `$1`. The removal repeats, because a
/// process that was just killed may still make files. dash does not know `kill -KILL -- -1`.
const REMOVE: &str = r#"
[ -n "$name" ] && kill -KILL "-$name" 2>/dev/null
turns=0
while ! rm -rf "$1" && [ $turns -lt 50 ]; do turns=$((turns + 1)); sleep 0.1; done
"#;

/// A directory in which npm works.
///
/// If this is dropped, or our process is killed, a guard kills npm and removes the directory.
#[derive(Debug)]
pub(super) struct Scratch {
    dir: PathBuf,
    guard: Guard,
}

impl Scratch {
    /// A new directory in `parent`, readable for us alone.
    ///
    /// # Errors
    ///
    /// If the directory cannot be made, or there is no `/bin/sh` for its guard.
    pub(super) fn make(parent: &Path) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(parent)?;
        // The owner comes first, because `clean` removes no directory without an owner.
        fs::write(dir.path().join(OWNER_FILE), Owner::this().to_string())?;
        let guard = Guard::start(REMOVE, dir.path())?;
        Ok(Self { dir: dir.keep(), guard })
    }

    /// The directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Names the process group that the guard kills; `None` when that group has ended.
    ///
    /// # Errors
    ///
    /// If the guard has gone.
    pub(super) async fn guard_group(&mut self, leader: Option<u32>) -> io::Result<()> {
        let name = leader.map_or_else(String::new, |pid| pid.to_string());
        self.guard.set(&name).await
    }

    /// Removes the directory. Where that fails, the guard tries again for 5 s.
    pub(super) async fn remove(self) {
        match tokio::fs::remove_dir_all(&self.dir).await {
            Ok(()) => self.guard.dismiss().await,
            Err(error) => tracing::debug!(%error, "the scratch directory is left to its guard"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::process::Command;
    use tokio::time::timeout;

    use super::*;
    use crate::postgres::pace;

    #[tokio::test]
    async fn a_dropped_scratch_directory_takes_its_process_group_with_it() {
        let parent = tempfile::tempdir().expect("a directory");
        let mut scratch = Scratch::make(parent.path()).expect("a scratch directory");
        let dir = scratch.dir().to_owned();
        let child = Command::new("sleep").arg("600").process_group(0).kill_on_drop(true).spawn();
        let mut child = child.expect("a process");
        scratch.guard_group(child.id()).await.expect("a guard");
        drop(scratch);
        let gone = async {
            let status = child.wait().await.expect("a status");
            let mut turn = pace(Duration::from_millis(10));
            while dir.exists() {
                turn.tick().await;
            }
            status
        };
        let status = timeout(Duration::from_secs(10), gone).await.expect("the guard's work");
        assert!(!status.success(), "{status}");
    }

    #[tokio::test]
    async fn a_removed_scratch_directory_leaves_nothing() {
        let parent = tempfile::tempdir().expect("a directory");
        let scratch = Scratch::make(parent.path()).expect("a scratch directory");
        assert!(scratch.dir().join(OWNER_FILE).is_file());
        scratch.remove().await;
        assert_eq!(fs::read_dir(parent.path()).expect("readable").count(), 0);
    }
}
