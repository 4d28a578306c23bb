use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::command::{Group, Keep, drain, for_build, gather};
use crate::guard::Guard;
use crate::postgres::owner::Owner;
use crate::postgres::places::{OWNER_FILE, SCRATCH_PREFIX};

/// How much of npm's output is kept, in bytes.
const READ: usize = 64 * 1024;

/// Flags of every call. They override the user's configuration, which may ask for a global install
/// or a dry run. npm gives up on a registry that is silent for 15 s, so a fetch without a network
/// fails soon. The cache is in the scratch directory, so npm leaves the user's cache alone.
const FLAGS: [&str; 17] = [
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-global",
    "--location=project",
    "--no-dry-run",
    "--no-update-notifier",
    "--no-progress",
    "--no-color",
    "--loglevel=error",
    "--logs-max=0",
    "--cache=cache",
    "--prefix=.",
    "--fetch-timeout=15000",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=2000",
];

/// Kills the process group `$name`, and removes the directory `$1`. The removal repeats, because a
/// process that was just killed may still create files. The `kill` has no `--`, because dash
/// rejects it.
const REMOVE: &str = r#"
[ -n "$name" ] && kill -KILL "-$name" 2>/dev/null
turns=0
while ! rm -rf "$1" && [ $turns -lt 50 ]; do turns=$((turns + 1)); sleep 0.1; done
"#;

/// A directory in which npm works.
///
/// On drop, and when our process is killed, a guard kills npm and removes the directory.
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
        let dir = tempfile::Builder::new().prefix(SCRATCH_PREFIX).tempdir_in(parent)?;
        // The owner comes first, because `clean` removes no directory without an owner.
        fs::write(dir.path().join(OWNER_FILE), Owner::this().to_string())?;
        let guard = Guard::start(REMOVE, dir.path())?;
        Ok(Self { dir: dir.keep(), guard })
    }

    /// The directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Names the process group that the guard kills; `None` once that group has ended.
    ///
    /// # Errors
    ///
    /// If the guard has ended.
    pub(super) async fn guard_group(&mut self, leader: Option<u32>) -> io::Result<()> {
        let name = leader.map_or_else(String::new, |pid| pid.to_string());
        self.guard.set(&name).await
    }

    /// Removes the directory. If that fails, the guard retries for 5 s.
    pub(super) async fn remove(self) {
        match tokio::fs::remove_dir_all(&self.dir).await {
            Ok(()) => self.guard.dismiss().await,
            Err(error) => tracing::debug!(%error, "left the scratch directory to its guard"),
        }
    }
}

/// Runs npm in the scratch directory, for at most `within`. Returns npm's stdout.
///
/// npm has its own process group. This kills the group when npm ends, when the time is over, and
/// when this future is dropped.
///
/// # Errors
///
/// If npm fails or takes too long. The error quotes npm's own message.
pub(super) async fn run(
    npm: &Path,
    args: &[&str],
    scratch: &mut Scratch,
    within: Duration,
) -> Result<String, String> {
    let mut child = Command::new(npm)
        .args(FLAGS)
        .args(args)
        .current_dir(scratch.dir())
        .env_clear()
        .envs(environment(std::env::vars_os()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("failed to start {}: {error}", npm.display()))?;
    let group = Group::of(&child);
    scratch
        .guard_group(child.id())
        .await
        .map_err(|error| format!("failed to tell the guard npm's process group: {error}"))?;
    let stdout = child.stdout.take().map(|out| tokio::spawn(drain(out, Keep::Head(READ))));
    let stderr = child.stderr.take().map(|err| tokio::spawn(drain(err, Keep::Head(READ))));
    let ended = timeout(within, child.wait()).await;
    // Processes that npm left behind would keep the pipes open.
    drop(group);
    scratch
        .guard_group(None)
        .await
        .map_err(|error| format!("failed to tell the guard npm's process group: {error}"))?;
    let status = ended
        .map_err(|_| format!("npm did not end within {} s", within.as_secs_f64()))?
        .map_err(|error| format!("npm: {error}"))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&gather(stdout).await).trim().to_owned());
    }
    let stderr = gather(stderr).await;
    Err(said(&String::from_utf8_lossy(&stderr)).unwrap_or_else(|| format!("npm: {status}")))
}

/// The variables that npm gets: those of any build, except those that select a workspace. An outer
/// `npm run --workspace` sets these.
fn environment(
    all: impl Iterator<Item = (OsString, OsString)>,
) -> impl Iterator<Item = (OsString, OsString)> {
    let workspace = |name: &OsStr| {
        let name = name.to_string_lossy().to_ascii_lowercase();
        name.starts_with("npm_config_") && name.contains("workspace")
    };
    for_build(all).filter(move |(name, _)| !workspace(name))
}

/// The line of npm's stderr that says what happened. The other lines are codes, the stack and
/// hints.
fn said(stderr: &str) -> Option<String> {
    let line = stderr
        .lines()
        .map(|line| ["npm error", "npm ERR!"].iter().find_map(|mark| line.strip_prefix(mark)))
        .map(|stripped| stripped.unwrap_or_default().trim())
        .find(|line| {
            let detail = ["code ", "syscall ", "errno ", "at ", "path "];
            !line.is_empty() && !detail.iter().any(|word| line.starts_with(word))
        })
        .or_else(|| stderr.lines().map(str::trim).find(|line| !line.is_empty()))?;
    Some(format!("npm: {}", lastorders_model::terminal::clean(line, 400)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::pace;

    #[test]
    fn npm_failure_is_reported_by_its_error_line() {
        for (stderr, expected) in [
            (
                "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno \
                 ENOTFOUND\nnpm error network request to http://r.invalid/ failed\nnpm error more",
                Some("npm: network request to http://r.invalid/ failed"),
            ),
            ("npm ERR! code EINTEGRITY\nnpm ERR! sha512 wrong", Some("npm: sha512 wrong")),
            (
                "\n/usr/bin/env: 'node': No such file\n",
                Some("npm: /usr/bin/env: 'node': No such file"),
            ),
            ("npm warn deprecated x\nnpm error code E1\n", Some("npm: npm warn deprecated x")),
            ("\n", None),
        ] {
            assert_eq!(said(stderr).as_deref(), expected, "{stderr}");
        }
    }

    #[test]
    fn npm_gets_its_configuration_and_neither_secrets_nor_workspaces() {
        let given = [
            ("PATH", true),
            ("HOME", true),
            ("HTTPS_PROXY", true),
            ("npm_config_registry", true),
            ("npm_config_userconfig", true),
            ("npm_config_workspace", false),
            ("npm_config_include_workspace_root", false),
            ("DATABASE_URL", false),
            ("PGPASSWORD", false),
            ("npm_config_//registry.example/:_authToken", false),
        ];
        let all = given.map(|(name, _)| (OsString::from(name), OsString::from("x")));
        let seen: Vec<OsString> = environment(all.into_iter()).map(|(name, _)| name).collect();
        let expected = given.iter().filter(|(_, passes)| *passes).map(|(name, _)| *name);
        assert_eq!(seen, expected.collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn dropped_scratch_directory_is_removed_and_its_process_group_killed() {
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
    async fn removed_scratch_directory_leaves_no_file() {
        let parent = tempfile::tempdir().expect("a directory");
        let scratch = Scratch::make(parent.path()).expect("a scratch directory");
        assert!(scratch.dir().join(OWNER_FILE).is_file());
        scratch.remove().await;
        assert_eq!(fs::read_dir(parent.path()).expect("readable").count(), 0);
    }
}
