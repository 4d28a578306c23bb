use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::scratch::Scratch;
use crate::subject::{Group, Keep, drain, for_build, gather};

/// How much of npm's output is read, in bytes.
const READ: usize = 64 * 1024;

/// Flags of every call. The flags outrank the user's configuration, which may ask for a global or a
/// dry run. npm gives up a registry that stays silent for 15 s, so a fetch without a network fails
/// soon. The cache is in the scratch directory, so npm writes nothing to the user's cache.
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

/// Runs npm in the scratch directory, for `within` at most; returns npm's stdout.
///
/// npm is in a process group of its own, which is killed when npm ends, when the time is over, and
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
        .map_err(|error| format!("{} does not start: {error}", npm.display()))?;
    let group = Group::of(&child);
    scratch.guard_group(child.id()).await.map_err(|error| format!("guard: {error}"))?;
    let stdout = child.stdout.take().map(|out| tokio::spawn(drain(out, Keep::Head(READ))));
    let stderr = child.stderr.take().map(|err| tokio::spawn(drain(err, Keep::Head(READ))));
    let ended = timeout(within, child.wait()).await;
    // Processes that npm has left behind would hold the pipes open.
    drop(group);
    scratch.guard_group(None).await.map_err(|error| format!("guard: {error}"))?;
    let status = ended
        .map_err(|_| format!("npm did not end within {} s", within.as_secs_f64()))?
        .map_err(|error| format!("npm: {error}"))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&gather(stdout).await).trim().to_owned());
    }
    let stderr = gather(stderr).await;
    Err(said(&String::from_utf8_lossy(&stderr)).unwrap_or_else(|| format!("npm: {status}")))
}

/// The variables that npm sees: those of any build, except those that choose a workspace. An
/// `npm run --workspace` around us sets the latter.
fn environment(
    all: impl Iterator<Item = (OsString, OsString)>,
) -> impl Iterator<Item = (OsString, OsString)> {
    let workspace = |name: &OsStr| {
        let name = name.to_string_lossy().to_ascii_lowercase();
        name.starts_with("npm_config_") && name.contains("workspace")
    };
    for_build(all).filter(move |(name, _)| !workspace(name))
}

/// The line of npm's error output that says what happened; the rest is codes, the stack, hints.
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

    #[test]
    fn the_line_of_npm_that_says_what_happened_is_found() {
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
    fn npm_sees_its_configuration_and_neither_secrets_nor_workspaces() {
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
}
