use std::sync::Arc;

use lastorders::drain::Phase;
use lastorders::event::Event;
use lastorders_model::actor::Recorder;
use lastorders_model::history::{EventKind, Inside};

use super::host_map::HostMap;
use crate::trace::{self, Kind, NO_CONNECTION};

/// An observer of our server, which records the beginning of the shutdown and each of its phases.
pub(super) fn observer(recorder: &Arc<Recorder>) -> impl FnMut(&Event<'_>) + Send + use<> {
    let recorder = Arc::clone(recorder);
    move |event| match event {
        Event::ShutdownBegan { .. } => {
            trace::record(HostMap::SERVER.0, Kind::Ready, NO_CONNECTION, 0, 0);
            recorder.record("server", EventKind::Inside { what: Inside::Unready });
        }
        Event::PhaseEntered { phase, .. } => entered(&recorder, *phase),
        // The checks ask for nothing else, or the report says it.
        _ => {}
    }
}

fn entered(recorder: &Recorder, phase: Phase) {
    trace::record(HostMap::SERVER.0, Kind::Phase, NO_CONNECTION, phase as u64, 0);
    let what = Inside::Phase { phase: phase.name().to_owned() };
    recorder.record("server", EventKind::Inside { what });
}
