use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{BuggifySite, Network, PolicySpec, Promise, StoreConditions};

/// Under what a plan is carried out. Every time is in microseconds of the simulation; those called
/// `at_us`, `from_us` or `until_us` count from the moment the server was ready, as `Step::At` does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// The policy that our server is given. Other servers take the deadline from it, if they know
    /// one.
    pub policy: PolicySpec,
    /// Latencies, and what happens to the links.
    pub network: Network,
    /// How fast the store is, and when it is not.
    pub store: StoreConditions,
    /// The load balancer, if some clients are behind one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balancer: Option<Balancer>,
    /// The time before the server listens, if it is not ready from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup: Option<Startup>,
    /// Where the world's wrappers give way once more than they must.
    pub yields: Yields,
    /// The rare paths of our server that are taken one time in four. Other servers have none, and
    /// neither has a build without `--cfg lastorders_sim`.
    #[serde(rename = "rare", skip_serializing_if = "BTreeSet::is_empty")]
    pub buggify: BTreeSet<BuggifySite>,
    /// Whether the service has no `/health`: then nobody who asks it is told of the shutdown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_health: bool,
    /// What follows from all this and the plan, if it was derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
}

/// How often a wrapper of I/O, of the store and of the listener returns `Pending` once, in 256
/// polls: an order of events that a busy machine brings about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Yields {
    /// Reads and writes of the server's connections.
    pub io: u8,
    /// The store's answers.
    pub store: u8,
    /// The task that accepts the server's connections, while somebody waits.
    pub tasks: u8,
}

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
