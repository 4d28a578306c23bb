use std::sync::Arc;

use lastorders_model::actor::Recorder;

use super::host_map::HostMap;
use super::process::Process;
use super::random::Random;
use super::sim_event::SimEvent;
use super::store::SimStore;
use crate::case::Conditions;

/// What all parts of one simulation share.
#[derive(Debug)]
pub(crate) struct SimContext<N> {
    pub(crate) net: N,
    pub(crate) conditions: Conditions,
    pub(crate) hosts: HostMap,
    pub(crate) random: Arc<Random>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) store: SimStore,
    pub(crate) process: Process,
}

impl<N> SimContext<N> {
    /// Records an event inside of the server.
    pub(crate) fn inside(&self, event: SimEvent) {
        self.recorder.record("server", event.into());
    }
}
