use std::collections::VecDeque;
use std::task::Waker;

use turmoil_net::Packet;

/// Future events, ordered by time and then by insertion.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: VecDeque<Entry>,
    sleepers: Vec<Sleeper>,
    free: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    /// Nanoseconds.
    due: u64,
    what: Due,
}

#[derive(Debug)]
pub(super) enum Due {
    Arrives(Packet),
    Wakes(SleepKey),
}

/// Identifies a task that waits for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SleepKey {
    place: usize,
    /// Slots are reused. This number tells whether the slot still holds the same sleeper.
    turn: u32,
}

#[derive(Debug)]
struct Sleeper {
    turn: u32,
    waker: Option<Waker>,
}

impl Queue {
    /// Time of the next event.
    pub(super) fn next(&self) -> Option<u64> {
        self.entries.front().map(|entry| entry.due)
    }

    /// Takes the next event, if it is due.
    pub(super) fn pop_due(&mut self, now: u64) -> Option<Due> {
        if self.next()? > now {
            return None;
        }
        self.entries.pop_front().map(|entry| entry.what)
    }

    pub(super) fn push(&mut self, due: u64, what: Due) {
        // Nearly always the last place, because latencies rarely change.
        let mut place = self.entries.len();
        while place > 0 && self.entries[place - 1].due > due {
            place -= 1;
        }
        self.entries.insert(place, Entry { due, what });
    }

    pub(super) fn sleep(&mut self, due: u64, waker: Waker) -> SleepKey {
        let place = self.free.pop().unwrap_or_else(|| {
            self.sleepers.push(Sleeper { turn: 0, waker: None });
            self.sleepers.len() - 1
        });
        let sleeper = &mut self.sleepers[place];
        sleeper.waker = Some(waker);
        let key = SleepKey { place, turn: sleeper.turn };
        self.push(due, Due::Wakes(key));
        key
    }

    /// Replaces the waker of a sleeper.
    pub(super) fn rewake(&mut self, key: SleepKey, waker: &Waker) {
        let sleeper = &mut self.sleepers[key.place];
        if sleeper.turn == key.turn && !sleeper.waker.as_ref().is_some_and(|w| w.will_wake(waker)) {
            sleeper.waker = Some(waker.clone());
        }
    }

    /// Removes a sleeper.
    pub(super) fn leave(&mut self, key: SleepKey) -> Option<Waker> {
        let sleeper = &mut self.sleepers[key.place];
        if sleeper.turn != key.turn {
            return None;
        }
        sleeper.turn = sleeper.turn.wrapping_add(1);
        self.free.push(key.place);
        sleeper.waker.take()
    }

    /// Wakes a sleeper whose time has come.
    pub(super) fn wake(&mut self, key: SleepKey) {
        let sleeper = &mut self.sleepers[key.place];
        if sleeper.turn == key.turn
            && let Some(waker) = sleeper.waker.take()
        {
            waker.wake();
        }
    }
}
