use std::sync::Arc;

use lastorders::drain::Phase;
use lastorders::event::Event;
use lastorders_model::actor::Recorder;

use super::host_map::HostMap;
use super::sim_event::SimEvent;
use crate::trace::{self, Kind, NO_CONNECTION};

/// An observer of our server, which records the beginning of the shutdown and each of its phases.
pub(super) fn observer(recorder: &Arc<Recorder>) -> impl FnMut(&Event<'_>) + Send + use<> {
    let recorder = Arc::clone(recorder);
    move |event| match event {
        Event::ShutdownBegan { .. } => {
            trace::record(HostMap::SERVER.0, Kind::Ready, NO_CONNECTION, 0, 0);
            recorder.record("server", SimEvent::Unready.into());
        }
        Event::PhaseEntered { phase, .. } => entered(&recorder, *phase),
        // The checks ask for nothing else, or the report says it.
        _ => {}
    }
}

fn entered(recorder: &Recorder, phase: Phase) {
    trace::record(HostMap::SERVER.0, Kind::Phase, NO_CONNECTION, phase as u64, 0);
    recorder.record("server", SimEvent::Phase { phase: phase.name() }.into());
}
