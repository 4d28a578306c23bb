use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::build::BuildContext;
use super::prepared::{self, Prepared};
use super::variable::Variable;
use super::{Language, PrepareError};
use crate::cancel::Cancel;
use crate::command::{self, Environment, Launch};

/// A server to be judged: how it is named, recognised, built and started.
///
/// ```no_run
/// # async fn judge() -> Result<(), lastorders_harness::JudgeError> {
/// use lastorders_harness::{Catalogue, Subject};
///
/// let report = Subject::command("target/release/my-server")
///     .env("LOG", "warn")
///     .run(Catalogue::all())
///     .await?;
/// report.assert_passed();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a subject does nothing until a `Judge` runs it"]
pub struct Subject {
    source: Source,
    env: Vec<Variable>,
    environment: Environment,
    ready_timeout: Option<Duration>,
}

#[derive(Debug, Clone)]
enum Source {
    Dir(PathBuf),
    Command { program: OsString, args: Vec<OsString>, cwd: Option<PathBuf> },
}

impl Subject {
    /// The submission in a directory, described by its `lastorders.toml` or recognised by its
    /// files. [`prepare`](Self::prepare) builds it.
    pub fn from_dir(dir: impl Into<PathBuf>) -> Self {
        Self::new(Source::Dir(dir.into()))
    }

    /// A command: a path, or a name that is looked up in `PATH`. Nothing is built. The command
    /// inherits this process's environment, see [`Environment::Inherited`].
    ///
    /// A relative path is looked up from the working directory that the server gets.
    pub fn command(program: impl Into<OsString>) -> Self {
        Self::new(Source::Command { program: program.into(), args: Vec::new(), cwd: None })
    }

    fn new(source: Source) -> Self {
        let environment = match source {
            Source::Dir(_) => Environment::Listed,
            Source::Command { .. } => Environment::Inherited,
        };
        Self { source, env: Vec::new(), environment, ready_timeout: None }
    }

    /// Appends one argument to a command. Has no effect on a directory.
    pub fn arg(self, arg: impl Into<OsString>) -> Self {
        self.args([arg])
    }

    /// Appends arguments to a command. Has no effect on a directory.
    pub fn args(mut self, more: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        if let Source::Command { args, .. } = &mut self.source {
            args.extend(more.into_iter().map(Into::into));
        }
        self
    }

    /// Gives the server one more variable. Of this process's environment, a command gets
    /// [nearly all](Environment::Inherited), and a directory's server gets
    /// [a few](Environment::Listed). A later value for the same name wins.
    ///
    /// The judge sets `PORT` and `DATABASE_URL`, so [`prepare`](Self::prepare) refuses both here.
    /// The rerun command in reports shows the value; give a secret with
    /// [`pass_env`](Self::pass_env).
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push(Variable::new(name.into(), Some(value.into())));
        self
    }

    /// Gives the server a variable with the value that it has in this process's environment when
    /// the server is prepared. The rerun command in reports has the name and not the value.
    ///
    /// [`prepare`](Self::prepare) fails if the variable is not set.
    pub fn pass_env(mut self, name: impl Into<OsString>) -> Self {
        self.env.push(Variable::new(name.into(), None));
        self
    }

    /// Gives a command only those variables of this process that a directory's server gets. Calls
    /// of `clean_env` and of [`env`](Self::env) may come in any order.
    pub fn clean_env(mut self) -> Self {
        self.environment = Environment::Listed;
        self
    }

    /// The working directory of a command; the judge's by default. Has no effect on a directory.
    pub fn cwd(mut self, dir: impl Into<PathBuf>) -> Self {
        if let Source::Command { cwd, .. } = &mut self.source {
            *cwd = Some(dir.into());
        }
        self
    }

    /// The limit from the start to the first 200 of `/health`; 30 s by default, or the time in the
    /// directory's manifest.
    pub fn ready_timeout(mut self, time: Duration) -> Self {
        self.ready_timeout = Some(time);
        self
    }

    /// The time that was given to [`ready_timeout`](Self::ready_timeout).
    pub(crate) fn given_ready_timeout(&self) -> Option<Duration> {
        self.ready_timeout
    }

    /// The subject's name in reports.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.source {
            Source::Dir(dir) => prepared::name_of(dir),
            Source::Command { program, .. } => {
                let name = Path::new(program).file_name().unwrap_or(program);
                name.to_string_lossy().into_owned()
            }
        }
    }

    /// The arguments of `lastorders run` that name the subject and its environment.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        let mut words: Vec<_> = self.env.iter().flat_map(Variable::arguments).collect();
        match &self.source {
            Source::Dir(dir) => words.push(dir.display().to_string()),
            Source::Command { program, args, .. } => {
                if self.environment == Environment::Listed {
                    words.push("--clean-env".to_owned());
                }
                words.extend(["--".to_owned(), text(program)]);
                words.extend(args.iter().map(text));
            }
        }
        words
    }

    /// Builds the subject, so that it can be started. The build stops when `cancel` is requested;
    /// `on_step` is called with each command before the command runs.
    ///
    /// # Errors
    ///
    /// See [`PrepareError`].
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the step of the build that runs is killed with all its children.
    pub async fn prepare(
        &self,
        cancel: &Cancel,
        on_step: &(dyn Fn(&str) + Sync),
    ) -> Result<Prepared, PrepareError> {
        // Variables come first, so that a wrong name fails before a long build.
        let env = self.env.iter().map(|variable| variable.resolve(|name| std::env::var_os(name)));
        let env: Vec<_> = env.collect::<Result<_, _>>()?;
        let mut prepared = match &self.source {
            Source::Dir(dir) => {
                let dir = existing(dir)?;
                let context = BuildContext { dir: &dir, cancel: cancel.clone(), on_step };
                prepared::from_dir(&context).await?
            }
            Source::Command { program, args, cwd } => self.command_in(program, args, cwd)?,
        };
        prepared.launch.env.extend(env);
        prepared.launch.ready_timeout = self.ready_timeout.or(prepared.launch.ready_timeout);
        Ok(prepared)
    }

    fn command_in(
        &self,
        program: &OsStr,
        args: &[OsString],
        cwd: &Option<PathBuf>,
    ) -> Result<Prepared, PrepareError> {
        let cwd = existing(cwd.as_deref().unwrap_or(Path::new(".")))?;
        let found = command::program(program, &cwd).ok_or_else(|| {
            let by_path = Path::new(program).components().count() > 1;
            PrepareError::NoCommand {
                program: program.to_string_lossy().into_owned(),
                place: if by_path { format!("in {}", cwd.display()) } else { "in PATH".into() },
            }
        })?;
        let words: Vec<_> =
            std::iter::once(program).chain(args.iter().map(AsRef::as_ref)).collect();
        let language = Language::of_command(words.iter().filter_map(|word| word.to_str()));
        let launch = Launch {
            name: self.name(),
            program: found.into_os_string(),
            args: args.to_vec(),
            cwd,
            environment: self.environment,
            env: Vec::new(),
            ready_timeout: None,
        };
        Ok(Prepared { launch, language, note: None, scratch: None })
    }

    /// The language of a submission that could not be built; `None` for a command.
    pub(crate) fn language(&self) -> Option<Language> {
        match &self.source {
            Source::Dir(dir) => Language::of_dir(dir),
            Source::Command { .. } => None,
        }
    }
}

fn existing(dir: &Path) -> Result<PathBuf, PrepareError> {
    let bad = |why: String| PrepareError::NoDirectory { path: dir.to_owned(), why };
    let whole = dir.canonicalize().map_err(|error| bad(error.to_string()))?;
    if whole.is_dir() { Ok(whole) } else { Err(bad("it is a file".to_owned())) }
}
