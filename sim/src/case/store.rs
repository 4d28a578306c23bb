use serde::{Deserialize, Serialize};

/// The store's speed and its faults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConditions {
    /// From a statement to its row, in microseconds.
    pub work_us: u64,
    /// From the row to its acknowledgement, in microseconds.
    pub acknowledge_us: u64,
    /// The most additional time of a statement, in microseconds, drawn for each statement.
    pub jitter_us: u64,
    /// Sessions in the service's pool. Further statements wait.
    pub pool: u32,
    /// How long an idle pool takes to close, in microseconds.
    pub close_us: u64,
    /// Intervals in which the store stalls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stalls: Vec<Stall>,
    /// Intervals in which the store is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<Outage>,
}

/// An interval in which the store begins and acknowledges nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// Microseconds since the server was ready.
    pub from_us: u64,
    /// Microseconds since the server was ready.
    pub until_us: u64,
}

/// An interval in which the store is missing. A permanent outage is a step of the plan, `Fault`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Microseconds since the server was ready.
    pub from_us: u64,
    /// Microseconds since the server was ready.
    pub until_us: u64,
    /// How the missing store treats connections.
    pub kind: OutageKind,
}

/// How a store is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutageKind {
    /// New sessions are refused.
    Refuse,
    /// The store answers nothing and ends no session, so closing the pool waits too.
    BlackHole,
}

/// The times of all stalls and outages, mutable.
pub(crate) fn moments_mut<'a>(
    stalls: &'a mut [Stall],
    outages: &'a mut [Outage],
) -> impl Iterator<Item = &'a mut u64> {
    let stalls = stalls.iter_mut().flat_map(|it| [&mut it.from_us, &mut it.until_us]);
    stalls.chain(outages.iter_mut().flat_map(|it| [&mut it.from_us, &mut it.until_us]))
}

impl Default for StoreConditions {
    /// One millisecond for a job, ten sessions, and a pool that closes at once.
    fn default() -> Self {
        Self {
            work_us: 500,
            acknowledge_us: 500,
            jitter_us: 0,
            pool: 10,
            close_us: 0,
            stalls: Vec::new(),
            outages: Vec::new(),
        }
    }
}
