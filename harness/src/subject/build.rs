use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::{BuildFailure, PrepareError};
use crate::cancel::Cancel;
use crate::command::{Group, Keep, drain, for_build, gather, program, quote};
use crate::guard::KillGuard;

/// The limit for one step of a build, so that a build that hangs does not block a grading.
const STEP_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// How much of a failed step's output is shown, in bytes.
const SHOWN: usize = 8 * 1024;

/// How much of a tool's output for the judge (cargo's messages) is read, in bytes.
const READ: usize = 64 << 20;

/// Runs the steps of one build.
pub(super) struct BuildContext<'a> {
    /// The submission's directory.
    pub(super) dir: &'a Path,
    /// Stops the build.
    pub(super) cancel: Cancel,
    /// Called with each command before it runs.
    pub(super) on_step: &'a (dyn Fn(&str) + Sync),
}

/// The result of a build.
#[derive(Debug)]
pub(super) struct Built {
    /// The command that starts the server. An error counts only if no `Procfile` has a command.
    pub(super) start: Result<Vec<OsString>, PrepareError>,
    /// The directories of the built programs; these come first in the server's `PATH`.
    pub(super) bins: Vec<PathBuf>,
    /// A note for the report, such as why `npm start` is not used.
    pub(super) note: Option<String>,
    /// A directory of the build that must be removed after the run.
    pub(super) scratch: Option<tempfile::TempDir>,
}

impl Built {
    /// The result if nothing had to be built.
    pub(super) fn nothing(start: Result<Vec<OsString>, PrepareError>) -> Self {
        Self { start, bins: Vec::new(), note: None, scratch: None }
    }
}

impl BuildContext<'_> {
    /// Runs one command in the submission's directory, and returns its stdout.
    ///
    /// The command runs in its own process group. The whole group is killed when the command ends,
    /// takes longer than ten minutes, or is interrupted, and when this future is dropped.
    pub(super) async fn step(
        &self,
        tool: &Tool<'_>,
        args: &[OsString],
    ) -> Result<Vec<u8>, PrepareError> {
        let path = tool.find(self.dir)?;
        let words = std::iter::once(tool.program.into()).chain(args.iter().cloned());
        let command = quote(words);
        (self.on_step)(&command);
        // The guard kills every process with this mark, even if this program is killed.
        let mark = format!("lastorders-build-{}", uuid::Uuid::new_v4());
        let _guard =
            KillGuard::start(&mark).map_err(|error| environment_error("a guard", &error))?;
        let mut child = Command::new(&path)
            .args(args)
            .current_dir(self.dir)
            .env_clear()
            .envs(for_build(std::env::vars_os()))
            .env("LASTORDERS_BUILD", &mark)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| environment_error(&format!("starting `{command}`"), &error))?;
        let group = Group::of(&child);
        let stdout = child.stdout.take().map(|out| tokio::spawn(drain(out, Keep::Head(READ))));
        let stderr = child.stderr.take().map(|err| tokio::spawn(drain(err, Keep::Tail(SHOWN))));
        let mut cancel = self.cancel.clone();
        let how = tokio::select! {
            status = tokio::time::timeout(STEP_TIMEOUT, child.wait()) => match status {
                Ok(Ok(status)) if status.success() => None,
                Ok(Ok(status)) => Some(describe(status)),
                Ok(Err(error)) => return Err(environment_error(&command, &error)),
                Err(_) => Some(format!("took longer than {} min", STEP_TIMEOUT.as_secs() / 60)),
            },
            signal = cancel.requested() => return Err(PrepareError::Interrupted(signal)),
        };
        drop(group);
        let stdout = gather(stdout).await;
        let Some(how) = how else { return Ok(stdout) };
        let output = joined(&stdout, &gather(stderr).await, tool.stdout_is_for_us);
        Err(Box::new(BuildFailure { command, how, output }).into())
    }
}

/// A program that a build needs.
pub(super) struct Tool<'a> {
    /// The program's name, or its path.
    pub(super) program: &'a str,
    /// The file or step that needs the program.
    pub(super) needed_for: &'a str,
    /// What to do if the program is missing.
    pub(super) fix: &'a str,
    /// Whether the judge parses the stdout, which a failure then does not show.
    pub(super) stdout_is_for_us: bool,
}

impl Tool<'_> {
    /// Finds the program, by its path from `dir` or by its name in `PATH`.
    pub(super) fn find(&self, dir: &Path) -> Result<PathBuf, PrepareError> {
        program(self.program.as_ref(), dir).ok_or_else(|| PrepareError::MissingProgram {
            program: self.program.to_owned(),
            needed_for: self.needed_for.to_owned(),
            fix: self.fix.to_owned(),
        })
    }
}

fn joined(stdout: &[u8], stderr: &[u8], stdout_is_for_us: bool) -> String {
    let mut all = if stdout_is_for_us { Vec::new() } else { stdout.to_vec() };
    all.extend_from_slice(stderr);
    let from = all.len().saturating_sub(SHOWN);
    String::from_utf8_lossy(&all[from..]).trim().to_owned()
}

fn describe(status: std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended without a status".to_owned(),
    }
}

/// The limit for a file that describes a submission, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads a small text file of a submission.
pub(super) fn read_small(path: &Path) -> Result<String, PrepareError> {
    let bad = |why: String| PrepareError::Manifest { path: path.to_owned(), why };
    let file = File::open(path).map_err(|error| bad(format!("it could not be read: {error}")))?;
    let mut text = String::new();
    let read = file
        .take(LARGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| bad(format!("it could not be read: {error}")))?;
    if read as u64 > LARGEST {
        return Err(bad(format!("it is larger than {} KiB", LARGEST / 1024)));
    }
    Ok(text)
}

/// The error if this machine could not do its part.
pub(super) fn environment_error(what: &str, why: &dyn std::fmt::Display) -> PrepareError {
    PrepareError::Environment { what: what.to_owned(), why: why.to_string() }
}
