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
