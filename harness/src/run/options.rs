use std::fmt;
use std::time::Duration;

use lastorders_model::check::Verdict;
use lastorders_model::plan::Contract;

use crate::cancel::Cancel;
use crate::postgres::Choice;

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed of every plan's names and drawn numbers; below 2^48 by default.
    pub seed: u64,
    /// What the server promises, and the budgets.
    pub contract: Contract,
    /// Where Postgres comes from.
    pub postgres: Choice,
    /// How many scenarios run side by side; 0 means all.
    pub jobs: usize,
    /// How often each scenario runs, each time with the next seed; the worst verdict counts. At
    /// least 1.
    pub repeat: u32,
    /// Interrupts the run, which then removes everything that it started.
    pub cancel: Cancel,
}

impl Default for Options {
    /// A random seed, the default contract, any Postgres, and every scenario once, side by side.
    fn default() -> Self {
        Self {
            // Every reader of JSON keeps 48 bits, and no submission guesses them.
            seed: uuid::Uuid::new_v4().as_u64_pair().0 >> 16,
            contract: Contract::default(),
            postgres: Choice::Auto,
            jobs: 0,
            repeat: 1,
            cancel: Cancel::never(),
        }
    }
}

/// Shows the progress of a build and a run. Methods are called from several tasks and must not
/// block.
pub trait Progress: fmt::Debug + Send + Sync {
    /// A command of the subject's build is about to run.
    fn building(&self, command: &str) {
        let _ = command;
    }
    /// The search for a Postgres begins.
    fn postgres_starting(&self) {}
    /// Postgres needs a fetch before its start; `what` says what is fetched, and from where.
    fn postgres_fetching(&self, what: &str) {
        let _ = what;
    }
    /// Postgres answers; `origin` says where it came from.
    fn postgres_ready(&self, origin: &str) {
        let _ = origin;
    }
    /// The run could not remove something that it had made; `problem` says what, and why.
    fn left_behind(&self, problem: &str) {
        tracing::warn!("{problem}");
    }
    /// A scenario begins.
    fn started(&self, id: &str) {
        let _ = id;
    }
    /// A scenario was judged.
    fn finished(&self, id: &str, verdict: Verdict, duration: Duration) {
        let _ = (id, verdict, duration);
    }
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
