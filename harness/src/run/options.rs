use std::fmt;
use std::time::Duration;

use lastorders_model::check::Verdict;
use lastorders_model::plan::Contract;

use crate::cancel::Cancel;
use crate::postgres::Choice;

/// What a run is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where every plan's names and drawn numbers come from.
    pub seed: u64,
    /// What the server promises, and the budgets.
    pub contract: Contract,
    /// Where Postgres comes from.
    pub postgres: Choice,
    /// How many scenarios at a time; 0 is all.
    pub jobs: usize,
    /// How often each scenario is carried out, each time with the next seed; the worst verdict
    /// counts. At least 1.
    pub repeat: u32,
    /// Becomes the number of the signal that interrupts the run; nothing is left behind then.
    pub cancel: Cancel,
}

impl Default for Options {
    /// A random seed, the field's budgets, any Postgres, everything side by side, once.
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

/// Who is told while a run goes on. Called from several tasks; must not block.
pub trait Progress: fmt::Debug + Send + Sync {
    /// A command of the subject's build is about to run.
    fn building(&self, command: &str) {
        let _ = command;
    }
    /// Postgres is about to be looked for.
    fn postgres_starting(&self) {}
    /// A fetch must end before a Postgres can start; `what` says what is fetched, and from where.
    fn postgres_fetching(&self, what: &str) {
        let _ = what;
    }
    /// Postgres answers; where it came from.
    fn postgres_ready(&self, origin: &str) {
        let _ = origin;
    }
    /// Something that the run had made could not be removed; what, and why.
    fn left_behind(&self, problem: &str) {
        tracing::warn!("{problem}");
    }
    /// A scenario was begun.
    fn started(&self, id: &str) {
        let _ = id;
    }
    /// A scenario was judged.
    fn finished(&self, id: &str, verdict: Verdict, duration: Duration) {
        let _ = (id, verdict, duration);
    }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
