use std::sync::atomic::{AtomicU8, Ordering};

/// What the connection's machine must know before anything else, without a lock for each: two inputs
/// that change nothing by themselves, and whether the machine has something to say.
///
/// Whoever locks the machine takes the notes first. So a request of HTTP/1 locks it twice and not
/// five times.
#[derive(Debug, Default)]
pub(super) struct Notes(AtomicU8);

/// The inputs that were noted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub(super) read: bool,
    pub(super) complete: bool,
}

const READ: u8 = 1;
const COMPLETE: u8 = 2;
const UNFLUSHED: u8 = 4;
const ASKS: u8 = 8;

impl Notes {
    /// Bytes were read.
    #[inline]
    pub(super) fn note_read(&self) {
        self.set(READ);
    }

    /// A response is complete and not flushed; `false` if another one's completion waits here.
    #[inline]
    pub(super) fn note_complete(&self) -> bool {
        self.0.fetch_or(COMPLETE | UNFLUSHED, Ordering::AcqRel) & COMPLETE == 0
    }

    /// Whether a response was completed since the last flush.
    #[inline]
    pub(super) fn take_unflushed(&self) -> bool {
        let unflushed = self.0.load(Ordering::Acquire) & UNFLUSHED != 0;
        if unflushed {
            self.0.fetch_and(!UNFLUSHED, Ordering::AcqRel);
        }
        unflushed
    }

    /// Whether the machine has an action while no flag is set.
    #[inline]
    pub(super) fn note_asks(&self, asks: bool) {
        if asks {
            self.set(ASKS);
        } else if self.asks() {
            self.0.fetch_and(!ASKS, Ordering::AcqRel);
        }
    }

    #[inline]
    pub(super) fn asks(&self) -> bool {
        self.0.load(Ordering::Acquire) & ASKS != 0
    }

    #[inline]
    pub(super) fn take(&self) -> Noted {
        let mut notes = self.0.load(Ordering::Acquire);
        if notes & (READ | COMPLETE) != 0 {
            notes = self.0.fetch_and(!(READ | COMPLETE), Ordering::AcqRel);
        }
        Noted { read: notes & READ != 0, complete: notes & COMPLETE != 0 }
    }

    #[inline]
    fn set(&self, note: u8) {
        if self.0.load(Ordering::Relaxed) & note == 0 {
            self.0.fetch_or(note, Ordering::AcqRel);
        }
    }
}
