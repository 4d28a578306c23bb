use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use thiserror::Error;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::subject::cancelled;
use super::tail::{Keep, drain};
use super::{PrepareError, environment, lookup, shell};
use crate::world::{Cancel, Guard};

/// No step of a build may take longer: a build that hangs must not hold up a whole grading.
const STEP_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// How much of a step's output is shown when it fails.
const SHOWN: usize = 8 * 1024;

/// How much of what a tool tells us (cargo's messages) is read.
const READ: usize = 64 << 20;

/// A step of a build that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the build failed: `{command}` {how}")]
pub struct BuildFailure {
    /// The command, as one would type it.
    pub command: String,
    /// How it ended, after the command: "exited with status 1".
    pub how: String,
    /// The tail of what it wrote, at most 8 KiB. It is the submission's text: hostile.
    pub output: String,
}

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
        let program = tool.find(self.dir)?;
        let words = std::iter::once(tool.program.into()).chain(args.iter().cloned());
        let command = shell::quote(words);
        (self.on_step)(&command);
        // Nobody who has this in the environment outlives the step, not even if we are killed.
        let mark = format!("lastorders-build-{}", uuid::Uuid::new_v4());
        let _guard = Guard::start(&mark).map_err(|error| environment_error("a guard", &error))?;
        let mut child = Command::new(&program)
            .args(args)
            .current_dir(self.dir)
            .env_clear()
            .envs(environment::for_build(std::env::vars_os()))
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
            signal = cancelled(&mut cancel) => return Err(PrepareError::Interrupted(signal)),
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
        lookup::program(self.program.as_ref(), dir).ok_or_else(|| PrepareError::MissingProgram {
            program: self.program.to_owned(),
            needed_for: self.needed_for.to_owned(),
            fix: self.fix.to_owned(),
        })
    }
}

/// Kills what is left of a process group when it goes.
#[derive(Debug)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// The group that this child leads.
    pub(crate) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It fails when nobody is left, which is what is wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// What was read of a stream; of one that somebody outside the group still holds open, nothing.
pub(crate) async fn gather(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    let Some(reader) = reader else { return Vec::new() };
    match tokio::time::timeout(Duration::from_secs(2), reader).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) | Err(_) => Vec::new(),
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

/// This machine could not do its part.
pub(super) fn environment_error(what: &str, why: &dyn std::fmt::Display) -> PrepareError {
    PrepareError::Environment { what: what.to_owned(), why: why.to_string() }
}
