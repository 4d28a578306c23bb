use std::sync::Arc;
use std::time::Duration;

use lastorders_model::plan::{Contract, ExitRule};
use lastorders_model::scenario::Catalogue;
use thiserror::Error;

use crate::cancel::Cancel;
use crate::postgres::Choice;
use crate::report::Report;
use crate::run::{self, Options, Progress, RunError, Silent};
use crate::subject::{PrepareError, Subject};

/// Judges subjects: which scenarios, with which options, and where a run's progress is shown.
///
/// One judge can judge several subjects, each by the same plans.
///
/// ```no_run
/// # async fn judge() -> Result<(), lastorders_harness::JudgeError> {
/// use std::time::Duration;
/// use lastorders_harness::{Catalogue, Judge, Subject};
///
/// let judge = Judge::new().catalogue(Catalogue::all().public()).grace(Duration::from_secs(20));
/// let report = judge.run(&Subject::command("target/release/my-server")).await?;
/// report.assert_passed();
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a judge does nothing until `run` is called"]
pub struct Judge {
    catalogue: Catalogue,
    options: Options,
    progress: Arc<dyn Progress>,
}

impl Default for Judge {
    fn default() -> Self {
        Self::new()
    }
}

impl Judge {
    /// A judge with the whole catalogue and the [default options](Options::default), which shows
    /// no progress.
    pub fn new() -> Self {
        Self {
            catalogue: Catalogue::all(),
            options: Options::default(),
            progress: Arc::new(Silent),
        }
    }

    /// The scenarios; [`Catalogue::all`] by default.
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Where Postgres comes from; [`Choice::Auto`] by default.
    pub fn postgres(mut self, choice: Choice) -> Self {
        self.options.postgres = choice;
        self
    }

    /// The seed of every plan's names and drawn numbers; random by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// The time that an orchestrator allows between SIGTERM and SIGKILL; 10 s by default.
    pub fn grace(mut self, time: Duration) -> Self {
        self.options.contract.grace_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Which ends of the process count as a clean exit; [`ExitRule::Strict`] by default.
    pub fn exit_rule(mut self, rule: ExitRule) -> Self {
        self.options.contract.exit = rule;
        self
    }

    /// The whole contract, which replaces an earlier [`grace`](Self::grace) and
    /// [`exit_rule`](Self::exit_rule).
    pub fn contract(mut self, contract: Contract) -> Self {
        self.options.contract = contract;
        self
    }

    /// How many scenarios run side by side; 0, the default, means all.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.options.jobs = jobs;
        self
    }

    /// How often each scenario runs, at least once; the worst verdict counts.
    pub fn repeat(mut self, times: u32) -> Self {
        self.options.repeat = times.max(1);
        self
    }

    /// Stops the build or the run when the request comes.
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.options.cancel = cancel;
        self
    }

    /// Where the progress of a build and a run is shown; nowhere by default.
    pub fn progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// Builds a subject and judges it by every scenario. A failed build is a failure of every
    /// scenario, so it yields a report.
    ///
    /// # Errors
    ///
    /// See [`JudgeError`]. A server that fails yields a report and no error.
    ///
    /// # Panics
    ///
    /// If a scenario panics, which is a fault of this crate; the judge first removes everything
    /// that it started.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the judge kills and removes everything that it started.
    pub async fn run(&self, subject: &Subject) -> Result<Report, JudgeError> {
        let Self { catalogue, options, progress } = self;
        if catalogue.scenarios().is_empty() {
            return Err(JudgeError::NothingSelected);
        }
        let on_step = |command: &str| progress.building(command);
        let prepared = match subject.prepare(&options.cancel, &on_step).await {
            Ok(prepared) => prepared,
            Err(PrepareError::Build(failure)) => {
                return Ok(Report::not_built(subject, options, catalogue, *failure));
            }
            Err(error) => return Err(error.into()),
        };
        let outcome = run::run(&prepared.launch, catalogue, options, Arc::clone(progress)).await?;
        Ok(Report::new(subject, options, &prepared, outcome))
    }
}

/// The short form for a test.
impl Subject {
    /// Judges the subject by a catalogue with the default options: short for
    /// `Judge::new().catalogue(catalogue).run(&subject)`.
    ///
    /// # Errors
    ///
    /// See [`Judge::run`].
    ///
    /// # Panics
    ///
    /// See [`Judge::run`].
    ///
    /// # Cancel safety
    ///
    /// See [`Judge::run`].
    pub async fn run(self, catalogue: Catalogue) -> Result<Report, JudgeError> {
        Judge::new().catalogue(catalogue).run(&self).await
    }
}

/// Why a subject was not judged. A server that fails its scenarios was judged.
#[derive(Debug, Error)]
pub enum JudgeError {
    /// No scenario was selected: nothing would have been proved.
    #[error("no scenario was selected, so nothing would be proved; run `lastorders list`")]
    NothingSelected,
    /// The subject could not be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The run did not begin.
    #[error(transparent)]
    Run(#[from] RunError),
}
