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

/// No step of a build may take longer: a build that hangs must not hold up a whole grading.
const STEP_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// How much of a step's output is shown when it fails.
const SHOWN: usize = 8 * 1024;

/// How much of what a tool tells us (cargo's messages) is read.
const READ: usize = 64 << 20;

/// Carries out the steps of one build.
pub(super) struct BuildContext<'a> {
    /// The submission's directory.
    pub(super) dir: &'a Path,
    /// Becomes a signal's number when the build must stop.
    pub(super) cancel: Cancel,
    /// Is told each command before it runs.
    pub(super) on_step: &'a (dyn Fn(&str) + Sync),
}

/// What a build made.
#[derive(Debug)]
pub(super) struct Built {
    /// How the server is started; an error if nothing says it, which only counts if nothing else
    /// (a `Procfile`) does.
    pub(super) start: Result<Vec<OsString>, PrepareError>,
    /// Where the programs are that it made; these come first in the server's `PATH`.
    pub(super) bins: Vec<PathBuf>,
    /// What a reader should know about the choices made.
    pub(super) note: Option<String>,
    /// Where it was made, if that must go away with the run.
    pub(super) scratch: Option<tempfile::TempDir>,
}

impl Built {
    /// Nothing had to be built.
    pub(super) fn nothing(start: Result<Vec<OsString>, PrepareError>) -> Self {
        Self { start, bins: Vec::new(), note: None, scratch: None }
    }
}

impl BuildContext<'_> {
    /// Runs one command in the submission's directory; `tool` says what is needed where.
    ///
    /// It runs in a process group of its own, which is killed whole when it ends, fails, takes
    /// longer than ten minutes, or this future is dropped. Gives what it wrote to stdout.
    pub(super) async fn step(
        &self,
        tool: &Tool<'_>,
        args: &[OsString],
    ) -> Result<Vec<u8>, PrepareError> {
        let path = tool.find(self.dir)?;
        let words = std::iter::once(tool.program.into()).chain(args.iter().cloned());
        let command = quote(words);
        (self.on_step)(&command);
        // Nobody who has this in the environment outlives the step, not even if we are killed.
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
    /// Its name.
    pub(super) program: &'a str,
    /// What needs it.
    pub(super) needed_for: &'a str,
    /// Where it comes from.
    pub(super) fix: &'a str,
    /// Whether its stdout is for us, and would tell people nothing.
    pub(super) stdout_is_for_us: bool,
}

impl Tool<'_> {
    /// Where it is.
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

/// No file that describes a submission is larger; one that is larger describes nothing.
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

/// This machine could not do its part.
pub(super) fn environment_error(what: &str, why: &dyn std::fmt::Display) -> PrepareError {
    PrepareError::Environment { what: what.to_owned(), why: why.to_string() }
}
