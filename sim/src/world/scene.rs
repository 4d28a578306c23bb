use std::sync::Arc;

use lastorders_model::actor::Recorder;
use lastorders_model::history::{Inside, What};

use super::cast::Cast;
use super::process::Process;
use super::random::Random;
use super::store::SimStore;
use crate::case::Conditions;

/// What all parts of one simulation share.
#[derive(Debug)]
pub(crate) struct Scene<N> {
    pub(crate) net: N,
    pub(crate) conditions: Conditions,
    pub(crate) cast: Cast,
    pub(crate) random: Arc<Random>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) store: SimStore,
    pub(crate) process: Process,
}

impl<N> Scene<N> {
    /// Takes down something that happened inside of the server.
    pub(crate) fn inside(&self, what: Inside) {
        self.recorder.record("server", What::Inside { what });
    }
}
