use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use lastorders::drain::Phase;
use lastorders_harness::actor::Recorder;
use lastorders_harness::history::{Inside, What};
use tracing::dispatcher::{self, Dispatch};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

use super::cast::Cast;
use crate::trace::{self, Kind, NO_CONNECTION};

/// What our server says when it enters a phase: the first words of its log.
const STEPS: &[(&str, Phase)] = &[
    ("closing the door", Phase::Sealing),
    ("door closed", Phase::Draining),
    ("cutting what is left", Phase::Aborting),
    ("drain over", Phase::Releasing),
    ("shutdown complete", Phase::Done),
];

/// What it says when its readiness is off.
const UNREADY: &str = "readiness is off";

thread_local! {
    static LISTENING: RefCell<Option<Listening>> = const { RefCell::new(None) };
}

/// Who takes down what is said.
struct Listening {
    recorder: Arc<Recorder>,
    /// Whether the policy has one: the log does not say when it begins.
    lame_duck: bool,
}

/// While it lives, what our server logs on this thread goes into the history.
#[must_use]
pub(crate) struct Ears {
    _default: DefaultGuard,
}

/// Begins to listen to our server's log on this thread.
pub(crate) fn listen(recorder: &Arc<Recorder>, lame_duck: bool) -> Ears {
    // One for all threads and runs: a new one would have every place in the program that logs
    // asked again whether anybody listens.
    static DISPATCH: OnceLock<Dispatch> = OnceLock::new();
    let dispatch = DISPATCH.get_or_init(|| Dispatch::new(Log));
    LISTENING.set(Some(Listening { recorder: Arc::clone(recorder), lame_duck }));
    Ears { _default: dispatcher::set_default(dispatch) }
}

impl Drop for Ears {
    fn drop(&mut self) {
        LISTENING.set(None);
    }
}

struct Log;

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && *metadata.level() <= Level::INFO
            && metadata.target() == "lastorders::serve::steps"
    }

    fn event(&self, event: &Event<'_>) {
        LISTENING.with_borrow(|listening| {
            if let Some(listening) = listening {
                event.record(&mut Said(listening));
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// One thing that was said.
struct Said<'a>(&'a Listening);

impl Said<'_> {
    fn inside(&self, what: Inside) {
        self.0.recorder.record("server", What::Inside { what });
    }

    fn phase(&self, phase: Phase) {
        trace::record(Cast::SERVER.0, Kind::Phase, NO_CONNECTION, phase as u64, 0);
        self.inside(Inside::Phase { phase: phase.name().to_owned() });
    }

    fn message(&self, message: &str) {
        if message.ends_with(UNREADY) {
            trace::record(Cast::SERVER.0, Kind::Ready, NO_CONNECTION, 0, 0);
            self.inside(Inside::Unready);
            if self.0.lame_duck {
                self.phase(Phase::LameDuck);
            }
        }
        if let Some((_, phase)) = STEPS.iter().find(|(words, _)| message.starts_with(words)) {
            self.phase(*phase);
        }
    }
}

impl Visit for Said<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message(&format!("{value:?}"));
        }
    }
}
