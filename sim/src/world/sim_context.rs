use std::sync::Arc;

use lastorders_model::actor::Recorder;
use lastorders_model::history::{EventKind, Inside};

use super::host_map::HostMap;
use super::process::Process;
use super::random::Random;
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
    /// Takes down something that happened inside of the server.
    pub(crate) fn inside(&self, what: Inside) {
        self.recorder.record("server", EventKind::Inside { what });
    }
}
