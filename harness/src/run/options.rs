use crate::plan::Contract;
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
    /// How often each scenario is carried out; the worst verdict counts.
    pub repeat: u32,
}
