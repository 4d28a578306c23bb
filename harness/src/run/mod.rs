//! One run: a server, a Postgres, and the chosen scenarios side by side.
//!
//! * `run_with_guard`: the run itself
//! * `environment`: what a server gets of our environment
//! * `launch`: what is needed to start the server under test
//! * `options`: what a run is asked for
//! * `outcome`: what came of it; reports are projections of this
//! * `progress`: who is told while it goes on

mod environment;
mod launch;
mod options;
mod outcome;
mod progress;
mod runner;

pub use self::environment::Environment;
pub(crate) use self::environment::{OURS, is_about_us};
pub use self::launch::Launch;
pub use self::options::Options;
pub use self::outcome::{Outcome, ScenarioOutcome, Summary};
pub use self::progress::{Progress, Silent};
pub use self::runner::{RunError, run};
