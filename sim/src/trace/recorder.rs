use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

use super::{Chain, Kind, NO_CONNECTION, Record, Stream};

/// The recording of this thread. One simulation uses one thread.
struct Recorder {
    /// The clock; `None` while nothing is recorded.
    clock: Option<Box<dyn Fn() -> u64>>,
    /// Whether the current events belong to no run.
    paused: bool,
    /// Cleared between recordings, which keeps the memory.
    records: Vec<Record>,
    draws: Vec<Draw>,
    counts: [u64; Stream::ALL.len()],
    chain: Chain,
}

thread_local! {
    static RECORDER: RefCell<Recorder> = const {
        RefCell::new(Recorder {
            clock: None,
            paused: false,
            records: Vec::new(),
            draws: Vec::new(),
            counts: [0; Stream::ALL.len()],
            chain: Chain::new(),
        })
    };
}

/// A recording in progress. Dropping it ends the recording and discards the records.
#[must_use = "dropping it ends the recording"]
pub struct Recording {
    /// Ties the recording to its thread.
    thread: PhantomData<*const ()>,
}

/// Begins the recording of a run on this thread.
///
/// The clock returns virtual nanoseconds since the run began. Each record asks the clock once. The
/// clock must not record.
///
/// # Panics
///
/// If this thread records already.
pub fn begin(clock: impl Fn() -> u64 + 'static) -> Recording {
    RECORDER.with_borrow_mut(|recorder| {
        assert!(recorder.clock.is_none(), "a recording is under way on this thread");
        recorder.clock = Some(Box::new(clock));
        recorder.paused = false;
        recorder.records.clear();
        recorder.draws.clear();
        recorder.counts = Default::default();
        recorder.chain = Chain::new();
    });
    Recording { thread: PhantomData }
}

/// Records an event at the current time. `connection` is [`NO_CONNECTION`] if there is none. The
/// [`Kind`] defines `a` and `b`.
///
/// Without a recording this does nothing, so that tests can run a part of a simulation. The audit
/// finds a world that does not record, because it rejects an empty trace.
#[inline]
pub fn record(host: u8, kind: Kind, connection: u16, a: u64, b: u64) {
    RECORDER.with_borrow_mut(|recorder| {
        if let Some(clock) = recorder.clock.as_ref().filter(|_| !recorder.paused) {
            let at_ns = clock();
            recorder.push(at_ns, host, kind, connection, a, b);
        }
    });
}

/// Like [`record`] with an explicit time, in virtual nanoseconds since the run began: for callers
/// that must not ask the clock.
#[inline]
pub fn record_at(at_ns: u64, host: u8, kind: Kind, connection: u16, a: u64, b: u64) {
    RECORDER.with_borrow_mut(|recorder| {
        if recorder.clock.is_some() && !recorder.paused {
            recorder.push(at_ns, host, kind, connection, a, b);
        }
    });
}

/// Stops recording until [`Recording::resume`]. After a run, the engine drops its leftovers in any
/// order.
pub fn pause() {
    RECORDER.with_borrow_mut(|recorder| recorder.paused = true);
}

/// Counts `times` draws from a stream. The trace has the place of each draw, and the total at its
/// end.
#[inline]
pub fn drew(stream: Stream, times: u32) {
    RECORDER.with_borrow_mut(|recorder| {
        if recorder.clock.is_some() && !recorder.paused {
            let before = recorder.sequence();
            recorder.draws.push(Draw { before, times, stream });
            recorder.counts[stream as usize] += u64::from(times);
        }
    });
}

/// Number of records of this thread's recording: a bound on the length of a run.
#[must_use]
pub fn len() -> usize {
    RECORDER.with_borrow(|recorder| recorder.records.len())
}

/// Keeps the memory for the next recording on this thread.
fn give_back(records: Vec<Record>, draws: Vec<Draw>) {
    // If the thread ends, or records at this moment, the memory is freed as usual.
    let _ = RECORDER.try_with(|recorder| {
        let Ok(mut recorder) = recorder.try_borrow_mut() else { return };
        if recorder.clock.is_none() && recorder.records.capacity() < records.capacity() {
            (recorder.records, recorder.draws) = (records, draws);
        }
    });
}

impl Recorder {
    fn sequence(&self) -> u32 {
        u32::try_from(self.records.len()).expect("a run is ended long before four billion records")
    }

    fn push(&mut self, at_ns: u64, host: u8, kind: Kind, connection: u16, a: u64, b: u64) {
        let sequence = self.sequence();
        let record = Record { at_ns, sequence, host, kind, connection, a, b };
        self.chain.record(&record);
        self.records.push(record);
    }
}

impl Recording {
    /// Records again after a [`pause`].
    pub fn resume(&self) {
        RECORDER.with_borrow_mut(|recorder| recorder.paused = false);
    }

    /// Ends the recording. Returns the trace, with the counts of the draws at its end.
    #[must_use]
    pub fn finish(self) -> Trace {
        RECORDER.with_borrow_mut(|recorder| {
            recorder.clock = None;
            // The clock may use a runtime that no longer exists.
            let at_ns = recorder.records.last().map_or(0, |last| last.at_ns);
            for stream in Stream::ALL {
                let count = recorder.counts[stream as usize];
                recorder.push(at_ns, 0, Kind::Draws, NO_CONNECTION, stream as u64, count);
            }
            Trace {
                records: std::mem::take(&mut recorder.records),
                draws: std::mem::take(&mut recorder.draws),
                hash: recorder.chain.value(),
            }
        })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // After `finish` there is no clock.
        let _ = RECORDER.try_with(|recorder| recorder.borrow_mut().clock.take());
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("records", &len()).finish()
    }
}

/// The records of one run, and their hash.
///
/// The thread that recorded the trace reuses its memory when the trace is dropped there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The records in order. The last records are the counts of the draws.
    pub records: Vec<Record>,
    /// The draws in order.
    pub draws: Vec<Draw>,
    /// The chained hash of the records.
    pub hash: u64,
}

/// Draws from a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Number of records before this draw.
    pub before: u32,
    /// Number of drawn numbers.
    pub times: u32,
    /// The stream.
    pub stream: Stream,
}

impl Trace {
    /// Whether the trace has no records apart from the counts of the draws.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.iter().all(|record| record.kind == Kind::Draws)
    }

    /// Number of draws from each stream before this record, in the order of [`Stream::ALL`].
    #[must_use]
    pub fn draws_at(&self, record: usize) -> [u64; Stream::ALL.len()] {
        let mut counts = [0; Stream::ALL.len()];
        for draw in self.draws.iter().take_while(|draw| draw.before as usize <= record) {
            counts[draw.stream as usize] += u64::from(draw.times);
        }
        counts
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.records), std::mem::take(&mut self.draws));
    }
}

/// Records what a test does. The clock advances by one microsecond at each record.
#[cfg(test)]
pub(super) fn recorded(what: impl FnOnce()) -> Trace {
    let now = std::cell::Cell::new(0);
    let recording = begin(move || {
        now.set(now.get() + 1_000);
        now.get()
    });
    what();
    recording.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records `times` marks and ends the recording.
    fn marks(times: u64) -> Trace {
        let recording = begin(|| 7);
        (0..times).for_each(|n| record(1, Kind::Mark, 2, n, 0));
        recording.finish()
    }

    #[test]
    fn a_trace_ends_with_the_counts_of_its_draws() {
        let recording = begin(|| 7);
        drew(Stream::Net, 2);
        record(1, Kind::Mark, 3, 4, 5);
        drew(Stream::Net, 1);
        drew(Stream::Yield, 1);
        assert_eq!(len(), 1);
        let trace = recording.finish();
        let mark =
            Record { at_ns: 7, sequence: 0, host: 1, kind: Kind::Mark, connection: 3, a: 4, b: 5 };
        assert_eq!(trace.records[0], mark);
        let counts: Vec<_> = trace.records[1..].iter().map(|r| (r.kind, r.a, r.b)).collect();
        let expected = [(0, 0), (1, 3), (2, 0), (3, 0), (4, 1)].map(|(a, b)| (Kind::Draws, a, b));
        assert_eq!(counts, expected);
        assert_eq!((trace.draws_at(0), trace.draws_at(1)), ([0, 2, 0, 0, 0], [0, 3, 0, 0, 1]));
        let mut chain = Chain::new();
        trace.records.iter().for_each(|record| chain.record(record));
        assert_eq!(trace.hash, chain.value());
    }

    #[test]
    fn recording_outside_a_recording_does_nothing() {
        record(0, Kind::Mark, 0, 0, 0);
        drew(Stream::Net, 1);
        assert_eq!(len(), 0);
        assert_eq!(marks(1).records.len(), 1 + Stream::ALL.len());
    }

    #[test]
    fn a_paused_recording_records_nothing() {
        let recording = begin(|| 7);
        pause();
        record(1, Kind::Mark, 2, 1, 0);
        record_at(8, 1, Kind::Mark, 2, 2, 0);
        drew(Stream::Net, 1);
        recording.resume();
        record(1, Kind::Mark, 2, 3, 0);
        pause();
        let paused = recording.finish();
        let again = begin(|| 7);
        record(1, Kind::Mark, 2, 3, 0);
        assert_eq!(again.finish(), paused, "the next recording is not paused");
    }

    #[test]
    fn a_thread_can_record_again_after_a_dropped_recording() {
        let recording = begin(|| 0);
        record(0, Kind::Mark, 0, 0, 0);
        drop(recording);
        assert!(marks(0).is_empty());
    }

    #[test]
    #[should_panic = "a recording is under way on this thread"]
    fn a_second_recording_on_a_thread_panics() {
        let _first = begin(|| 0);
        let _second = begin(|| 0);
    }

    #[test]
    fn recordings_of_two_threads_are_independent() {
        let recording = begin(|| 0);
        let other = std::thread::spawn(|| marks(3).hash).join().expect("it does not panic");
        assert!(recording.finish().is_empty());
        assert_eq!(other, marks(3).hash);
    }

    #[test]
    fn a_recording_reuses_the_memory_of_a_dropped_trace() {
        let first = marks(1_000);
        let (place, room) = (first.records.as_ptr(), first.records.capacity());
        drop(first);
        let second = marks(10);
        assert_eq!((second.records.as_ptr(), second.records.capacity()), (place, room));
        // While a trace is kept, the next recording has memory of its own.
        let third = marks(10);
        assert_eq!(third.records, second.records);
    }
}
