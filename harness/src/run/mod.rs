//! One run: a server, a Postgres, and the chosen scenarios side by side.
//!
//! * `runner`: the run itself
//! * `options`: what a run is asked for
//! * `outcome`: what came of it; reports are projections of this
//! * `progress`: who is told while it goes on

mod options;
mod outcome;
mod progress;
mod runner;

pub use self::options::Options;
pub use self::outcome::{Outcome, ScenarioOutcome, Summary};
pub use self::progress::{Progress, Silent};
pub use self::runner::RunError;
pub(crate) use self::runner::run;
