use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::kept::{shorten, size};
use crate::history::{Answer, Event, EventKind, History, Trouble};

/// The most events of one run. A server that causes more does so on purpose, and must not fill the
/// memory.
const MOST_EVENTS: usize = 1_000_000;

/// The most bytes of headers and bodies of all answers of a run. The recorder shortens an answer
/// that no longer fits, so large answers of a hostile server cannot fill the memory.
const MOST_OF_ANSWERS: usize = 16 << 20;

/// The initial capacity, in events. Few runs have more.
const USUAL_EVENTS: usize = 128;

/// Records the observations of all tasks of a run in one order. Contains the run's clock.
pub struct Recorder {
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    events: Mutex<Events>,
}

#[derive(Default)]
struct Events {
    taken: Vec<Event>,
    /// The bytes of headers and bodies in the events.
    of_answers: usize,
    /// Whether an event was dropped because there were too many.
    full: bool,
}

impl Recorder {
    /// An empty record. The clock returns the microseconds since the run began, and never falls.
    #[must_use]
    pub fn new(clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let events = Events { taken: Vec::with_capacity(USUAL_EVENTS), ..Events::default() };
        Self { clock: Box::new(clock), events: Mutex::new(events) }
    }

    /// Microseconds since the run began.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        (self.clock)()
    }

    /// Appends an observation, with the time of this call.
    pub fn record(&self, actor: &str, mut what: EventKind) {
        let mut events = self.events();
        if events.taken.len() >= MOST_EVENTS {
            events.full = true;
            return;
        }
        if let EventKind::Answered { answer, .. } = &mut what {
            events.make_fit(answer);
        }
        // The clock is read under the lock, so that times never fall.
        let at_us = self.now_us();
        events.taken.push(Event { at_us, actor: actor.to_owned(), what });
    }

    /// The history. Call this after every task has stopped recording.
    #[must_use]
    pub fn take(&self) -> History {
        let Events { taken: mut events, full, .. } = std::mem::take(&mut *self.events());
        if full {
            let step = format!("record every event, at most {MOST_EVENTS}");
            let why = "the server caused more events, as no honest server does".to_owned();
            let what = EventKind::Unreached { step, why, trouble: Trouble::Server };
            events.push(Event { at_us: self.now_us(), actor: "world".to_owned(), what });
        }
        History { events }
    }

    fn events(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events {
    /// Shortens an answer if the history has no room for it.
    fn make_fit(&mut self, answer: &mut Answer) {
        if self.of_answers.saturating_add(size(answer)) > MOST_OF_ANSWERS {
            answer.headers = Vec::new();
            shorten(answer);
        }
        self.of_answers += size(answer);
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("now_us", &self.now_us()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{KEPT_BODY, RequestId};

    fn answered(body: usize) -> EventKind {
        let answer = Answer {
            status: 201,
            headers: vec![("server".to_owned(), "x".repeat(1000))],
            body: "x".repeat(body),
            truncated: false,
            says_close: false,
        };
        let request = RequestId { id: "a#1".to_owned(), name: None };
        EventKind::Answered { conn: "a@1".to_owned(), request, answer }
    }

    #[test]
    fn a_history_with_many_answers_shortens_large_ones_and_keeps_small_ones() {
        let recorder = Recorder::new(|| 0);
        for _ in 0..200 {
            recorder.record("a", answered(KEPT_BODY));
        }
        recorder.record("a", answered(2000));
        let history = recorder.take();
        let mut answers = history.events.iter().filter_map(|event| match &event.what {
            EventKind::Answered { answer, .. } => Some(answer),
            _ => None,
        });
        let small = answers.next_back().expect("all are there");
        assert!(!small.truncated && !small.headers.is_empty());
        let (cut, whole): (Vec<_>, Vec<_>) = answers.partition(|answer| answer.truncated);
        assert_eq!((whole.len(), cut.len()), (15, 185));
        assert!(whole.iter().all(|answer| answer.body.len() == KEPT_BODY));
        assert!(cut.iter().all(|answer| size(answer) < 1000));
    }
}
