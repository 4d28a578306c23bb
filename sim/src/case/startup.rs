use serde::{Deserialize, Serialize};

/// The time before the server listens, in which it reaches for its store. Where there is one, all
/// times of the case count from the start of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Startup {
    /// Until then the store is not there, in microseconds.
    pub lasts_us: u64,
    /// Whether it refuses until then, or takes whoever comes and does not answer.
    pub refuses: bool,
}
