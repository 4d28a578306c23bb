use serde::{Deserialize, Serialize};

/// What follows from a case for a server that keeps its policy. First faults may do what they
/// like (safety); then they stop, and the server must come to its end (liveness).
///
/// It is derived from the rest of the case; a case that is written by hand promises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// From then on no fault is under way: links are healed or cut for good, stalls are over.
    /// Microseconds since the server was ready.
    pub faults_end_us: u64,
    /// By then everything has ended by itself, and the server has released what it had and gone,
    /// without the help of its deadline. Microseconds since the server was ready. `None` where work
    /// may be left at the deadline.
    pub settled_us: Option<u64>,
    /// The latest moment of the server's end, whatever happens. Microseconds since it was ready.
    pub gone_us: u64,
    /// No request that was sent by the time of the signal may be lost, not even one that the server
    /// had not read, or whose connection it had not accepted: a warning of the ledger is a loss.
    pub lossless: bool,
}
