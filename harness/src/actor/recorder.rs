use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::history::{Event, History, Trouble, What};

/// A server that brings about more events in one run does so on purpose; memory has its bounds.
const MOST_EVENTS: usize = 1_000_000;

/// Few runs have more; room for them is made at once.
const USUAL_EVENTS: usize = 128;

/// Takes down what is observed, from every task of a run, in one order. It has the run's clock.
pub struct Recorder {
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    events: Mutex<Events>,
}

#[derive(Default)]
struct Events {
    taken: Vec<Event>,
    /// Whether something could not be taken down any more.
    full: bool,
}

impl Recorder {
    /// An empty record. The clock tells the microseconds since the run began, and never falls.
    #[must_use]
    pub fn new(clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let events = Events { taken: Vec::with_capacity(USUAL_EVENTS), full: false };
        Self { clock: Box::new(clock), events: Mutex::new(events) }
    }

    /// Microseconds since the run began.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        (self.clock)()
    }

    /// Appends an observation, with the time of this call.
    pub fn record(&self, actor: &str, what: What) {
        let mut events = self.events();
        if events.taken.len() >= MOST_EVENTS {
            events.full = true;
            return;
        }
        // The clock is read under the lock, so that times never fall.
        let at_us = self.now_us();
        events.taken.push(Event { at_us, actor: actor.to_owned(), what });
    }

    /// The history, once all have stopped recording.
    #[must_use]
    pub fn take(&self) -> History {
        let Events { taken: mut events, full } = std::mem::take(&mut *self.events());
        if full {
            let step = format!("take down all that happens: {MOST_EVENTS} events");
            let why = "more happened, which no server that means well brings about".to_owned();
            let what = What::Unreached { step, why, trouble: Trouble::Server };
            events.push(Event { at_us: self.now_us(), actor: "world".to_owned(), what });
        }
        History { events }
    }

    fn events(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("now_us", &self.now_us()).finish_non_exhaustive()
    }
}
