use serde::{Deserialize, Serialize};

/// A load balancer that follows readiness with a lag: it asks for `/health`, and some time after
/// the first answer that is no 200 it sends the clients behind it to another server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balancer {
    /// From one question to the next, in microseconds.
    pub every_us: u64,
    /// From the answer to the moment at which no new connection and no new request comes here any
    /// more, in microseconds.
    pub lag_us: u64,
    /// The clients behind it.
    pub clients: Vec<String>,
}
