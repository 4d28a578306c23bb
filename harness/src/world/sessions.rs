use crate::store::StoreEvent;
use lastorders_model::actor::Recorder;
use lastorders_model::history::{EventKind, Session};

/// Takes down what the proxy saw, as far as histories speak of it.
pub(super) fn record(recorder: &Recorder, event: &StoreEvent) {
    let (session, what) = match event {
        StoreEvent::Opened { session } => (*session, Session::Opened),
        StoreEvent::Cancelling { session } => (*session, Session::Cancelling),
        StoreEvent::Working { session } => (*session, Session::Working),
        StoreEvent::Idle { session } => (*session, Session::Idle),
        StoreEvent::Withheld { session } => (*session, Session::Withheld),
        StoreEvent::Terminate { session } => (*session, Session::Terminate),
        StoreEvent::ClientFin { session } => (*session, Session::Fin),
        StoreEvent::ClientReset { session } => (*session, Session::Reset),
        StoreEvent::ServerClosed { session } => (*session, Session::ServerClosed),
        StoreEvent::Started { .. }
        | StoreEvent::Garbled { .. }
        | StoreEvent::Paused { .. }
        | StoreEvent::Released { .. }
        | StoreEvent::Reset { .. }
        | StoreEvent::Ended { .. } => return,
    };
    recorder.record("store", EventKind::Session { session, what });
}
