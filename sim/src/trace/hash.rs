use super::Record;

/// Where a chain begins: the first digits of pi.
const BEGIN: u64 = 0x243f_6a88_85a3_08d3;

/// The multiplier, odd and with as many ones as zeros: digits of pi again.
const MULTIPLIER: u64 = 0x1319_8a2e_0370_7345;

/// Added after each fold, so that zeros change the state as well.
const STEP: u64 = 0xa409_3822_299f_31d1;

/// A hash of words in their order, one multiplication each: fast, and good enough to tell one run
/// from another. It is no protection against somebody who wants two runs to look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain(u64);

impl Chain {
    /// The chain of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(BEGIN)
    }

    /// Takes one word in.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        let product = (self.0 ^ word) as u128 * MULTIPLIER as u128;
        self.0 = ((product as u64) ^ (product >> 64) as u64).wrapping_add(STEP);
    }

    /// Takes a record in: its four words.
    #[inline]
    pub fn record(&mut self, record: &Record) {
        for word in record.words() {
            self.word(word);
        }
    }

    /// What has been taken in, as a number.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}
