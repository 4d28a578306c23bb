use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::build::{BuildContext, Built};
use super::manifest::{self, Manifest};
use super::{Language, PrepareError, cargo, go, node, procfile, python};
use crate::command::{self, Environment, Launch};

/// A subject that can be started. Dropping this removes what was built for this run alone.
#[derive(Debug)]
pub struct Prepared {
    /// How the server is started.
    pub launch: Launch,
    /// The server's language, if it was recognised.
    pub language: Option<Language>,
    /// A note for the report, such as why `npm start` is not used.
    pub note: Option<String>,
    /// A directory of the build that is removed with this.
    pub scratch: Option<TempDir>,
}

/// Prepares the submission in a directory.
pub(super) async fn from_dir(context: &BuildContext<'_>) -> Result<Prepared, PrepareError> {
    let dir = context.dir;
    let has = |file: &str| dir.join(file).is_file();
    if has(manifest::FILE) {
        let manifest = Manifest::read(dir)?;
        let cwd = manifest_cwd(dir, &manifest)?;
        let mut prepared = prepared(dir, &cwd, manifest.build(context).await?, manifest::FILE)?;
        let env = manifest.env.into_iter().map(|(name, value)| (name.into(), value.into()));
        prepared.launch.env.extend(env);
        prepared.launch.ready_timeout = manifest.ready_timeout;
        return Ok(prepared);
    }
    let by_files = by_files(context).await?;
    if has(procfile::FILE) {
        let (start, note) = procfile::start(dir)?;
        let built = by_files.map_or_else(|| Built::nothing(Ok(Vec::new())), |(built, _)| built);
        let built = Built { start: Ok(start), note, ..built };
        return prepared(dir, dir, built, procfile::FILE);
    }
    let Some((built, file)) = by_files else {
        return Err(PrepareError::Unrecognised { path: dir.to_owned() });
    };
    prepared(dir, dir, built, file)
}

async fn by_files(
    context: &BuildContext<'_>,
) -> Result<Option<(Built, &'static str)>, PrepareError> {
    let has = |file: &str| context.dir.join(file).is_file();
    Ok(if has(node::FILE) {
        Some((node::build(context).await?, node::FILE))
    } else if python::FILES.into_iter().any(has) {
        Some((python::build(context).await?, "Python project"))
    } else if has(go::FILE) {
        Some((go::build(context).await?, go::FILE))
    } else if has(cargo::FILE) {
        Some((cargo::build(context).await?, cargo::FILE))
    } else {
        None
    })
}

fn manifest_cwd(dir: &Path, manifest: &Manifest) -> Result<PathBuf, PrepareError> {
    let Some(cwd) = &manifest.cwd else { return Ok(dir.to_owned()) };
    let cwd = dir.join(cwd);
    if cwd.is_dir() {
        return Ok(cwd);
    }
    let why = format!("`cwd` is not a directory: {}", cwd.display());
    Err(PrepareError::Manifest { path: dir.join(manifest::FILE), why })
}

fn prepared(
    dir: &Path,
    cwd: &Path,
    built: Built,
    by: &'static str,
) -> Result<Prepared, PrepareError> {
    let start = built.start?;
    let [program, args @ ..] = start.as_slice() else {
        return Err(PrepareError::Unrecognised { path: dir.to_owned() });
    };
    let found = command::program(program, cwd).ok_or_else(|| PrepareError::MissingProgram {
        program: program.to_string_lossy().into_owned(),
        needed_for: format!("to start the server, the {by} of {}", dir.display()),
        fix: "install it, or correct the command".to_owned(),
    })?;
    let words: Vec<_> = start.iter().map(|word| word.to_string_lossy()).collect();
    let script = words.last().filter(|_| by == procfile::FILE);
    let words = script.map_or_else(
        || words.iter().map(AsRef::as_ref).collect(),
        |script| procfile::words(script),
    );
    let language = Language::of_dir(dir).or_else(|| Language::of_command(words.into_iter()));
    let launch = Launch {
        name: name_of(dir),
        program: found.into_os_string(),
        args: args.to_vec(),
        cwd: cwd.to_owned(),
        environment: Environment::Listed,
        env: path_with(&built.bins).into_iter().collect(),
        ready_timeout: None,
    };
    Ok(Prepared { launch, language, note: built.note, scratch: built.scratch })
}

/// `PATH` with the directories of built programs first.
fn path_with(bins: &[PathBuf]) -> Option<(OsString, OsString)> {
    if bins.is_empty() {
        return None;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = bins.iter().cloned().chain(std::env::split_paths(&path));
    Some(("PATH".into(), std::env::join_paths(all).ok()?))
}

/// The name of a directory's submission in reports.
pub(super) fn name_of(dir: &Path) -> String {
    let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let whole = whole.canonicalize().unwrap_or(whole);
    whole.file_name().map_or_else(|| "server".to_owned(), |name| name.to_string_lossy().into())
}

impl Prepared {
    /// The command that starts the server, quoted for a shell.
    #[must_use]
    pub fn command(&self) -> String {
        self.launch.command_line()
    }
}
