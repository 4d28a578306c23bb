use std::sync::atomic::{AtomicU8, Ordering};

/// What is known of a connection without its lock: inputs that change nothing outside of the
/// connection, and what the connection's task has to look at.
///
/// Whoever locks the machine hands it the inputs first. So a request of HTTP/1 locks the machine
/// once and not five times.
#[derive(Debug, Default)]
pub(super) struct Notes(AtomicU8);

/// The notes that were taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted(u8);

/// Input: bytes were read.
const READ: u8 = 1;
/// Input: a response of HTTP/1 is complete.
const COMPLETE: u8 = 2;
/// A response of HTTP/1 is complete and not flushed.
const UNFLUSHED: u8 = 4;
/// A request has started, and it is not recorded when. Most requests end before the connection's
/// task waits, so only those that do not are dated, which saves the others a look at the clock.
const UNDATED: u8 = 8;
/// The machine has an action while no flag is set.
const ASKS: u8 = 16;
/// hyper has read the head of a request of HTTP/1 that has not been counted yet.
const WAITING: u8 = 32;
/// Input: everything was flushed, while no flag was set.
const FLUSHED: u8 = 64;

/// The inputs.
const INPUTS: u8 = READ | COMPLETE | FLUSHED;

impl Notes {
    /// Notes that bytes were read.
    #[inline]
    pub(super) fn note_read(&self) {
        self.set(READ);
    }

    /// A response is complete and not flushed; `false` if the completion of another one waits here.
    #[inline]
    pub(super) fn note_complete(&self) -> bool {
        self.0.fetch_or(COMPLETE | UNFLUSHED, Ordering::AcqRel) & COMPLETE == 0
    }

    #[inline]
    pub(super) fn is_unflushed(&self) -> bool {
        self.has(UNFLUSHED)
    }

    #[inline]
    pub(super) fn is_undated(&self) -> bool {
        self.has(UNDATED)
    }

    #[inline]
    pub(super) fn is_undated_or_asks(&self) -> bool {
        self.has(UNDATED | ASKS)
    }

    #[inline]
    fn asks(&self) -> bool {
        self.has(ASKS)
    }

    /// Notes whether the machine has an action even though the shutdown has set no flag.
    #[inline]
    pub(super) fn note_asks(&self, asks: bool) {
        if asks {
            self.set(ASKS);
        } else if self.asks() {
            self.0.fetch_and(!ASKS, Ordering::AcqRel);
        }
    }

    /// A request starts: bytes that were read before belong to it, so that input is forgotten.
    #[inline]
    pub(super) fn start_request(&self) -> Noted {
        let mut notes = self.0.load(Ordering::Relaxed);
        loop {
            let next = notes & !(INPUTS | WAITING) | UNDATED;
            match self.0.compare_exchange_weak(notes, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Noted(notes & (COMPLETE | FLUSHED)),
                Err(changed) => notes = changed,
            }
        }
    }

    /// A request waits to be counted.
    #[inline]
    pub(super) fn note_waiting(&self) {
        self.0.fetch_or(WAITING, Ordering::AcqRel);
    }

    /// All that was written is flushed, while no flag is set. `false` if that cannot wait: the
    /// connection's task has something to do then.
    #[inline]
    pub(super) fn note_flushed(&self) -> bool {
        let mut notes = self.0.load(Ordering::Relaxed);
        // With the completion not handed in, no request has started since.
        while notes & (COMPLETE | READ | WAITING) == COMPLETE {
            let next = notes & !(UNFLUSHED | UNDATED) | FLUSHED;
            match self.0.compare_exchange_weak(notes, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(changed) => notes = changed,
            }
        }
        false
    }

    /// All that was written is flushed.
    #[inline]
    pub(super) fn flush(&self) -> Noted {
        let taken = INPUTS | UNFLUSHED | UNDATED;
        Noted(self.0.fetch_and(!taken, Ordering::AcqRel))
    }

    /// The inputs.
    #[inline]
    pub(super) fn inputs(&self) -> Noted {
        if self.has(INPUTS) { self.take(INPUTS) } else { Noted(0) }
    }

    #[inline]
    pub(super) fn date(&self) {
        self.take(UNDATED);
    }

    /// Requests are left that are not dated.
    pub(super) fn note_undated(&self) {
        self.set(UNDATED);
    }

    #[inline]
    fn take(&self, notes: u8) -> Noted {
        Noted(self.0.fetch_and(!notes, Ordering::AcqRel) & notes)
    }

    #[inline]
    fn has(&self, notes: u8) -> bool {
        self.0.load(Ordering::Acquire) & notes != 0
    }

    #[inline]
    fn set(&self, note: u8) {
        if self.0.load(Ordering::Relaxed) & note == 0 {
            self.0.fetch_or(note, Ordering::AcqRel);
        }
    }
}

impl Noted {
    #[inline]
    pub(super) fn read(self) -> bool {
        self.0 & READ != 0
    }

    #[inline]
    pub(super) fn complete(self) -> bool {
        self.0 & COMPLETE != 0
    }

    #[inline]
    pub(super) fn flushed(self) -> bool {
        self.0 & FLUSHED != 0
    }

    /// Whether a request waits to be counted.
    #[inline]
    pub(super) fn waiting(self) -> bool {
        self.0 & WAITING != 0
    }

    #[inline]
    pub(super) fn undated(self) -> bool {
        self.0 & UNDATED != 0
    }
}
