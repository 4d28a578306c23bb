use lastorders_model::history::{Event, EventKind, History, Inside};

use crate::engine;
use crate::trace::{Captured, Trace};

/// What one simulation gives.
#[derive(Debug)]
pub struct Run {
    /// Everything that was observed, in the real world's words and with what is inside of the
    /// server.
    pub history: History,
    /// What happened, record by record, and the hash of it.
    pub trace: Trace,
    /// How it came to its end.
    pub ended: Ended,
    /// Whole packets, if they were asked for.
    pub packets: Vec<Captured>,
}

/// How a simulation came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The plan was carried out.
    Done,
    /// All was idle, no timer was set, and the plan was not done.
    Stuck,
    /// More events than a run of this kind can have, or more time.
    Livelock,
    /// Something panicked, in the server or in its application: message and place.
    Panicked(String),
    /// This engine or this build cannot carry the plan out, and why.
    Unsupported(String),
}

impl From<engine::Ended<()>> for Ended {
    fn from(ended: engine::Ended<()>) -> Self {
        match ended {
            engine::Ended::Done(()) => Self::Done,
            engine::Ended::Stuck => Self::Stuck,
            engine::Ended::Livelock | engine::Ended::Overtime => Self::Livelock,
            engine::Ended::Panicked(message) => Self::Panicked(message),
            engine::Ended::Unsupported(what) => Self::Unsupported(what),
        }
    }
}

impl Ended {
    /// What goes into the history of a run that did not come to its end.
    pub(super) fn inside(&self) -> Option<Inside> {
        match self {
            Self::Done | Self::Unsupported(_) => None,
            Self::Stuck => Some(Inside::Stuck),
            Self::Livelock => Some(Inside::Livelock),
            Self::Panicked(message) => Some(Inside::Panicked { message: message.clone() }),
        }
    }

    /// Its number in the trace.
    pub(super) fn code(&self) -> u64 {
        match self {
            Self::Done => 0,
            Self::Stuck => 1,
            Self::Livelock => 2,
            Self::Panicked(_) => 3,
            Self::Unsupported(_) => 4,
        }
    }
}

/// Appends an event at the time of the last.
pub(super) fn append(history: &mut History, actor: &str, what: EventKind) {
    let at_us = history.events.last().map_or(0, |last| last.at_us);
    history.events.push(Event { at_us, actor: actor.to_owned(), what });
}
