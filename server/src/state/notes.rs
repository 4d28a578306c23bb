use std::sync::atomic::{AtomicU8, Ordering};

/// Facts about a connection that are noted without its lock: inputs that change nothing outside of
/// the connection, and reasons why its task must call the machine.
///
/// A thread that locks the connection hands the noted inputs to the machine first. So while the
/// server serves, a request of HTTP/1 without a body locks its connection once, unless the handler
/// waits.
#[derive(Debug, Default)]
pub(super) struct Notes(AtomicU8);

/// The notes that one call has taken or seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted(u8);

/// Input: bytes were read.
const READ: u8 = 1;
/// Input: a response of HTTP/1 is complete.
const COMPLETE: u8 = 2;
/// A response of HTTP/1 is complete, and hyper has not flushed it.
const UNFLUSHED: u8 = 4;
/// A request in flight has no time yet. Most requests end before the connection's task waits. Only
/// the others get a time, so most requests do not read the clock.
const UNDATED: u8 = 8;
/// The machine's `next_action` must be called even while no flag is set.
const ASKS: u8 = 16;
/// hyper has read the head of a request of HTTP/1 that has not been counted yet.
const WAITING: u8 = 32;
/// Input: all output was flushed, while no flag was set.
const FLUSHED: u8 = 64;

/// The notes that are inputs of the machine.
const INPUTS: u8 = READ | COMPLETE | FLUSHED;

impl Notes {
    /// Notes that bytes were read.
    #[inline]
    pub(super) fn note_read(&self) {
        self.set(READ);
    }

    /// Notes that a response is complete and not flushed. Returns `false` if the completion of
    /// another response is noted already. Then the caller must hand in the second one.
    #[inline]
    pub(super) fn note_complete(&self) -> bool {
        self.0.fetch_or(COMPLETE | UNFLUSHED, Ordering::AcqRel) & COMPLETE == 0
    }

    /// Whether a complete response waits for a flush.
    #[inline]
    pub(super) fn is_unflushed(&self) -> bool {
        self.has(UNFLUSHED)
    }

    /// Whether a request in flight has no time yet.
    #[inline]
    pub(super) fn is_undated(&self) -> bool {
        self.has(UNDATED)
    }

    /// Whether the connection's task must do more than wait, even while no flag is set.
    #[inline]
    pub(super) fn is_undated_or_asks(&self) -> bool {
        self.has(UNDATED | ASKS)
    }

    #[inline]
    fn asks(&self) -> bool {
        self.has(ASKS)
    }

    /// Notes whether the machine's `next_action` must be called even while no flag is set.
    #[inline]
    pub(super) fn note_asks(&self, asks: bool) {
        if asks {
            self.set(ASKS);
        } else if self.asks() {
            self.0.fetch_and(!ASKS, Ordering::AcqRel);
        }
    }

    /// Notes that a request starts. Returns the inputs that the machine must get before that. Reads
    /// are forgotten, because the bytes belong to this request.
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

    /// Notes that a request waits to be counted.
    #[inline]
    pub(super) fn note_waiting(&self) {
        self.0.fetch_or(WAITING, Ordering::AcqRel);
    }

    /// Notes that all output was flushed, while no flag is set. Returns `false` if the caller must
    /// hand the flush to the machine now.
    #[inline]
    pub(super) fn note_flushed(&self) -> bool {
        let mut notes = self.0.load(Ordering::Relaxed);
        // `COMPLETE` means that no request has started since the completion. `READ` prevents the
        // note, because notes do not keep the order of a read and a flush. `WAITING` prevents the
        // note, because the task must be woken.
        while notes & (COMPLETE | READ | WAITING) == COMPLETE {
            let next = notes & !(UNFLUSHED | UNDATED) | FLUSHED;
            match self.0.compare_exchange_weak(notes, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(changed) => notes = changed,
            }
        }
        false
    }

    /// Takes all inputs, because all output was flushed and the caller has locked the connection.
    /// The result has every note, also those that stay.
    #[inline]
    pub(super) fn flush(&self) -> Noted {
        let taken = INPUTS | UNFLUSHED | UNDATED;
        Noted(self.0.fetch_and(!taken, Ordering::AcqRel))
    }

    /// Takes the inputs.
    #[inline]
    pub(super) fn inputs(&self) -> Noted {
        if self.has(INPUTS) { self.take(INPUTS) } else { Noted(0) }
    }

    /// Notes that every request in flight gets a time now.
    #[inline]
    pub(super) fn date(&self) {
        self.take(UNDATED);
    }

    /// Notes that a request in flight has no time yet.
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
