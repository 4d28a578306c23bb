use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::history::{Event, History, Trouble, What};

/// A server that brings about more events in one run does so on purpose; memory has its bounds.
const MOST_EVENTS: usize = 1_000_000;

/// Takes down what is observed, from every task of a run, in one order.
#[derive(Debug)]
pub(crate) struct Recorder {
    start: Instant,
    events: Mutex<Vec<Event>>,
    /// Whether something could not be taken down any more.
    full: AtomicBool,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), events: Mutex::default(), full: AtomicBool::new(false) }
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
        if events.len() >= MOST_EVENTS {
            self.full.store(true, Ordering::Relaxed);
            return;
        }
        events.push(Event { at_us, actor: actor.to_owned(), what });
    }

    /// The history, once all have stopped recording.
    pub(crate) fn take(&self) -> History {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let mut events = std::mem::take(&mut *events);
        if self.full.load(Ordering::Relaxed) {
            let step = format!("take down all that happens: {MOST_EVENTS} events");
            let why = "more happened, which no server that means well brings about".to_owned();
            let what = What::Unreached { step, why, trouble: Trouble::Server };
            events.push(Event { at_us: self.now_us(), actor: "world".to_owned(), what });
        }
        History { events }
    }
}
