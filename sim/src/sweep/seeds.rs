use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Seeds of a chunk: many enough for a short list of hashes, and few enough that the event engine
/// finishes a chunk at once.
pub const CHUNK: u64 = 256;

/// A range of seeds without its end: `0..1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seeds {
    /// The first seed.
    pub start: u64,
    /// The seed after the last one.
    pub end: u64,
}

/// The text is not a range of seeds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SeedsError {
    /// The text has no `..` between numbers.
    #[error("write a range of seeds as 0..1000, or as 1000.. with --for")]
    Form,
    /// The end is before the start.
    #[error("the end of the range is before its start")]
    Backwards,
}

impl Seeds {
    /// Number of seeds.
    #[must_use]
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Number of chunks. The last one may be short.
    #[must_use]
    pub const fn chunks(self) -> u64 {
        self.len().div_ceil(CHUNK)
    }

    /// The seeds of one chunk, counted from 0. Empty after the last chunk.
    #[must_use]
    pub fn chunk(self, index: u64) -> Self {
        let from = |index: u64| self.start.saturating_add(index.saturating_mul(CHUNK));
        let start = from(index).min(self.end);
        Self { start, end: from(index.saturating_add(1)).min(self.end) }
    }

    /// All seeds in order.
    pub fn iter(self) -> impl Iterator<Item = u64> {
        self.start..self.end
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl FromStr for Seeds {
    type Err = SeedsError;

    /// `A..B`, or `A..` for a range without an end. Underscores may group digits.
    fn from_str(text: &str) -> Result<Self, SeedsError> {
        let number =
            |text: &str| text.replace('_', "").parse::<u64>().map_err(|_| SeedsError::Form);
        let (start, end) = text.split_once("..").ok_or(SeedsError::Form)?;
        let start = number(start)?;
        let end = if end.is_empty() { u64::MAX } else { number(end)? };
        if end < start { Err(SeedsError::Backwards) } else { Ok(Self { start, end }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_a_range_without_gap_or_overlap() {
        for seeds in [(0, 0), (0, 1), (7, 7 + CHUNK), (5, 6 + 3 * CHUNK), (1, 4 * CHUNK)] {
            let seeds = Seeds { start: seeds.0, end: seeds.1 };
            let covered: Vec<u64> =
                (0..seeds.chunks()).flat_map(|index| seeds.chunk(index).iter()).collect();
            assert_eq!(covered, seeds.iter().collect::<Vec<_>>(), "{seeds}");
            assert!(seeds.chunk(seeds.chunks()).is_empty());
        }
    }

    #[test]
    fn text_that_is_not_a_range_is_refused() {
        assert_eq!("3..1_000".parse(), Ok(Seeds { start: 3, end: 1000 }));
        assert_eq!("3..".parse(), Ok(Seeds { start: 3, end: u64::MAX }));
        assert_eq!("9..3".parse::<Seeds>(), Err(SeedsError::Backwards));
        for text in ["", "5", "..", "..5", "a..b", "-1..4", "0..=4"] {
            assert_eq!(text.parse::<Seeds>(), Err(SeedsError::Form), "{text}");
        }
    }

    #[test]
    fn an_open_range_has_chunks_up_to_its_end() {
        let open = Seeds { start: 100, end: u64::MAX };
        assert_eq!(open.chunk(open.chunks() - 1).end, u64::MAX);
    }
}
