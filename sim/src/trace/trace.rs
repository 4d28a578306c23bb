use super::recorder::give_back;
use super::{Kind, Record, Stream};

/// What a recording gives: the records of one run, and their hash.
///
/// Dropped on the thread that recorded it, its memory is used again for the next recording there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The records, in their order. The last are the counts of the draws.
    pub records: Vec<Record>,
    /// Every draw, in their order.
    pub draws: Vec<Draw>,
    /// The chained hash of the records.
    pub hash: u64,
}

/// Draws from a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// How many records there were before it.
    pub before: u32,
    /// How many numbers were drawn.
    pub times: u32,
    /// From which stream.
    pub stream: Stream,
}

impl Trace {
    /// Whether nothing was recorded, apart from the counts of the draws.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.iter().all(|record| record.kind == Kind::Draws)
    }

    /// How often each stream had been drawn from when this record was made, in the order of
    /// [`Stream::ALL`].
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
