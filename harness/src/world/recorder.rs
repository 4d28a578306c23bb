use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::history::{Event, History, What};

/// Takes down what is observed, from every task of a run, in one order.
#[derive(Debug)]
pub(crate) struct Recorder {
    start: Instant,
    events: Mutex<Vec<Event>>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), events: Mutex::default() }
    }

    /// Microseconds since the run began.
    pub(crate) fn now_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Appends an observation, with the time of this call.
    pub(crate) fn record(&self, actor: &str, what: What) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        // The clock is read under the lock, so that times never fall.
        let at_us = self.now_us();
        events.push(Event { at_us, actor: actor.to_owned(), what });
    }

    /// The history, once all have stopped recording.
    pub(crate) fn take(&self) -> History {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        History { events: std::mem::take(&mut events) }
    }
}
