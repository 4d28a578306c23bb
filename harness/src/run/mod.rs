//! One run: a server, a Postgres, and the chosen scenarios side by side.
//!
//! * `runner`: the run itself
//! * `options`: the options of a run, and where its progress is shown
//! * `outcome`: the verdicts, findings and histories, which reports are projections of

mod options;
mod outcome;
mod runner;

pub use self::options::{Options, Progress, Silent};
pub use self::outcome::{Outcome, ScenarioOutcome, Summary};
pub use self::runner::RunError;
pub(crate) use self::runner::run;
