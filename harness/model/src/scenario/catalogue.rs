use std::collections::BTreeMap;

use super::{Scenario, Visibility};
use super::{connections, contract, door, exit, health, inflight, load, signal, store};
use crate::check::Level;
use crate::plan::Plan;

/// Every scenario of the catalogue, in the order in which reports show them.
pub const SCENARIOS: &[Scenario] = &[
    contract::work_created::SCENARIO,
    contract::health_ok::SCENARIO,
    contract::bad_request::SCENARIO,
    contract::concurrent_work::SCENARIO,
    inflight::completes::SCENARIO,
    inflight::committed_unacknowledged::SCENARIO,
    inflight::queued_behind_pool::SCENARIO,
    inflight::announces_close::SCENARIO,
    health::draining::SCENARIO,
    health::monotonic::SCENARIO,
    connections::idle_closed::SCENARIO,
    connections::becomes_idle::SCENARIO,
    connections::silent_preconnect::SCENARIO,
    door::no_black_hole::SCENARIO,
    signal::idle_exit::SCENARIO,
    signal::second_sigterm::SCENARIO,
    signal::group::SCENARIO,
    exit::status::SCENARIO,
    exit::no_residue::SCENARIO,
    exit::bounded_by_deadline::SCENARIO,
    store::terminated::SCENARIO,
    store::pool_outlives_requests::SCENARIO,
    load::mid_load::SCENARIO,
];

/// A choice of scenarios.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub(super) scenarios: Vec<Scenario>,
    /// The plans from files, by their scenarios' ids.
    pub(super) stored: BTreeMap<&'static str, Plan>,
}

impl Catalogue {
    /// Every scenario.
    #[must_use]
    pub fn all() -> Self {
        Self { scenarios: SCENARIOS.to_vec(), stored: BTreeMap::new() }
    }

    /// Keeps the scenarios whose id begins with one of `ids`.
    #[must_use]
    pub fn only(self, ids: &[impl AsRef<str>]) -> Self {
        self.keep(|scenario| matches_any(scenario, ids))
    }

    /// Removes the scenarios whose id begins with one of `ids`.
    #[must_use]
    pub fn skip(self, ids: &[impl AsRef<str>]) -> Self {
        self.keep(|scenario| !matches_any(scenario, ids))
    }

    /// Keeps the scenarios of at least this level.
    #[must_use]
    pub fn level(self, level: Level) -> Self {
        self.keep(|scenario| scenario.level >= level)
    }

    /// Keeps the public scenarios.
    #[must_use]
    pub fn public(self) -> Self {
        self.keep(|scenario| scenario.visibility == Visibility::Public)
    }

    /// The chosen scenarios, in the catalogue's order.
    #[must_use]
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    fn keep(mut self, test: impl Fn(&Scenario) -> bool) -> Self {
        self.scenarios.retain(test);
        self
    }
}

fn matches_any(scenario: &Scenario, ids: &[impl AsRef<str>]) -> bool {
    ids.iter().any(|id| scenario.id.starts_with(id.as_ref()))
}
