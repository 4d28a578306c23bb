use serde::{Deserialize, Serialize};

/// How fast the store is, and when it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConditions {
    /// From a statement to its row, in microseconds.
    pub work_us: u64,
    /// From the row to its acknowledgement, in microseconds.
    pub acknowledge_us: u64,
    /// Up to so many microseconds more, drawn anew for each statement.
    pub jitter_us: u64,
    /// How many sessions the service's pool has; statements beyond it wait.
    pub pool: u32,
    /// How long closing the pool takes when nothing is under way, in microseconds.
    pub close_us: u64,
    /// When it stands still.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stalls: Vec<Stall>,
    /// When it is not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<Outage>,
}

/// The store begins nothing and acknowledges nothing from one time to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// Microseconds since the server was ready.
    pub from_us: u64,
    /// Microseconds since the server was ready.
    pub until_us: u64,
}

/// The store is not there from one time to another, and then it is again. What is to last for good
/// is a step of the plan, `Fault`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Microseconds since the server was ready.
    pub from_us: u64,
    /// Microseconds since the server was ready.
    pub until_us: u64,
    /// What becomes of whoever comes to it.
    pub kind: OutageKind,
}

/// How a store is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutageKind {
    /// New sessions are refused.
    Refuse,
    /// Nothing is answered, and no session ends: who closes the pool waits, too.
    BlackHole,
}

/// When a store stands still or is not there, and when that is over: to be changed.
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
