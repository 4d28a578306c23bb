use super::Record;

/// The initial state: the first digits of pi.
const BEGIN: u64 = 0x243f_6a88_85a3_08d3;

/// The multiplier: further digits of pi, odd, with as many ones as zeros.
const MULTIPLIER: u64 = 0x1319_8a2e_0370_7345;

/// Added after each word, so that a zero word changes the state too.
const STEP: u64 = 0xa409_3822_299f_31d1;

/// A hash of words in order, with one multiplication a word. The hash distinguishes runs, and does
/// not resist an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain(u64);

impl Chain {
    /// The hash of no words.
    #[must_use]
    pub const fn new() -> Self {
        Self(BEGIN)
    }

    /// Adds one word.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        let product = (self.0 ^ word) as u128 * MULTIPLIER as u128;
        self.0 = ((product as u64) ^ (product >> 64) as u64).wrapping_add(STEP);
    }

    /// Adds the four words of a record.
    #[inline]
    pub fn record(&mut self, record: &Record) {
        for word in record.words() {
            self.word(word);
        }
    }

    /// The hash as a number.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Kind;

    // Computed by another program in another language.
    const VECTORS: &[(&[u64], u64)] = &[
        (&[], 0x243f_6a88_85a3_08d3),
        (&[0], 0x845c_25a8_d556_d67b),
        (&[1], 0x7182_9e76_d8e7_6dc0),
        (&[0, 0], 0x5bc3_73f0_8c03_8901),
        (&[BEGIN], 0xa409_3822_299f_31d1),
        (&[u64::MAX, 0, 1, 0x0123_4567_89ab_cdef], 0x4168_cb74_db42_7fc5),
    ];

    #[test]
    fn a_chain_has_the_same_value_on_every_machine() {
        for (words, expected) in VECTORS {
            let mut chain = Chain::new();
            words.iter().for_each(|word| chain.word(*word));
            assert_eq!(chain.value(), *expected, "{words:x?}: {:#x}", chain.value());
        }
    }

    #[test]
    fn every_bit_and_the_order_of_words_change_the_hash() {
        let record =
            Record { at_ns: 1, sequence: 2, host: 3, kind: Kind::Mark, connection: 4, a: 5, b: 6 };
        let of = |words: [u64; 4]| {
            let mut chain = Chain::new();
            words.into_iter().for_each(|word| chain.word(word));
            chain.value()
        };
        let mut seen = std::collections::BTreeSet::from([of(record.words())]);
        for bit in 0..256 {
            let mut words = record.words();
            words[bit / 64] ^= 1 << (bit % 64);
            assert!(seen.insert(of(words)), "bit {bit}");
        }
        let [first, second, third, fourth] = record.words();
        assert!(seen.insert(of([first, second, fourth, third])), "the order");
    }
}
