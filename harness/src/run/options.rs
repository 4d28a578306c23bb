use tokio::sync::watch;

use crate::postgres::Choice;
use crate::world::Cancel;
use lastorders_model::plan::Contract;

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
            seed: uuid::Uuid::new_v4().as_u64_pair().0,
            contract: Contract::default(),
            postgres: Choice::Auto,
            jobs: 0,
            repeat: 1,
            // A channel without a sender never changes.
            cancel: watch::channel(None).1,
        }
    }
}
