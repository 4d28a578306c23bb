use lastorders_model::history::{Event, EventKind, History};

use super::sim_event::SimEvent;
use crate::engine;
use crate::trace::{Captured, Trace};

/// The result of one simulation.
#[derive(Debug)]
pub struct Run {
    /// All observations, in the terms of the real world, plus those from inside the server.
    pub history: History,
    /// The records of the run, and their hash.
    pub trace: Trace,
    /// The end of the run.
    pub ended: Ended,
    /// Captured packets, if they were asked for.
    pub packets: Vec<Captured>,
}

/// The end of a simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The plan was finished.
    Done,
    /// All tasks were idle, no timer was set, and the plan was not finished.
    Stuck,
    /// The run had too many events or took too much virtual time.
    Livelock,
    /// The server or its application panicked: message and place.
    Panicked(String),
    /// This engine or this build cannot run the plan, for this reason.
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
    /// The event that a run without a regular end adds to the history.
    pub(super) fn event(&self) -> Option<SimEvent> {
        match self {
            Self::Done | Self::Unsupported(_) => None,
            Self::Stuck => Some(SimEvent::Stuck),
            Self::Livelock => Some(SimEvent::Livelock),
            Self::Panicked(message) => Some(SimEvent::Panicked { message: message.clone() }),
        }
    }

    /// The number in the trace.
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

/// Appends an event at the time of the last event.
pub(super) fn append(history: &mut History, actor: &str, what: EventKind) {
    let at_us = history.events.last().map_or(0, |last| last.at_us);
    history.events.push(Event { at_us, actor: actor.to_owned(), what });
}
