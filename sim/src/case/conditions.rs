use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{BuggifySite, Network, PolicySpec, StoreConditions};

/// The conditions of a plan. All times are microseconds of the simulation. Times called `at_us`,
/// `from_us` or `until_us` count from the moment at which the server is ready, like `Step::At`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// Our server's policy. Other servers use its deadline, if they have one.
    pub policy: PolicySpec,
    /// Latencies, and changes of links.
    pub network: Network,
    /// The store's speed and its faults.
    pub store: StoreConditions,
    /// The load balancer, if some clients are behind one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balancer: Option<Balancer>,
    /// The time before the server listens, if the server is not ready at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup: Option<Startup>,
    /// How often the world's wrappers yield without need.
    pub yields: Yields,
    /// The rare paths of our server, each taken one time in four. Other servers have none, nor has
    /// a build without `--cfg lastorders_sim`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub buggify: BTreeSet<BuggifySite>,
    /// Whether the service lacks `/health`, so that no client learns of the shutdown from it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_health: bool,
    /// The guarantees that follow from the conditions and the plan, if they were derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
}

/// How often a wrapper returns `Pending` without need, in 256 polls: an order of events that a busy
/// machine causes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Yields {
    /// Reads and writes of the server's connections.
    pub io: u8,
    /// The store's answers.
    pub store: u8,
    /// The task that accepts the server's connections, while a connection waits.
    pub tasks: u8,
}

/// The time before the server listens, while it connects to its store. With a startup, all times of
/// the case count from the start of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Startup {
    /// The store is missing until this time, in microseconds.
    pub lasts_us: u64,
    /// Whether the missing store refuses connections. Otherwise it accepts them and does not
    /// answer.
    pub refuses: bool,
}

/// A load balancer that follows readiness with a lag. It probes `/health`. Some time after the
/// first answer other than 200, it sends its clients to another server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balancer {
    /// Time between probes, in microseconds.
    pub every_us: u64,
    /// Time from that answer until no new connection and no new request comes here, in
    /// microseconds.
    pub lag_us: u64,
    /// The balancer's clients.
    pub clients: Vec<String>,
}

/// What follows from a case for a server that keeps its policy. A promise is derived from the rest
/// of the case; a case that is written by hand promises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// By this time the server has released its resources and exited, without the help of its
    /// deadline. Microseconds since the server was ready. `None` where the deadline may be needed:
    /// packets are lost, a fault never ends, or a client may hold the server.
    pub settled_us: Option<u64>,
}
