use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Seeds;

/// One machine's part of a sweep, counted from 1: `2/4`.
///
/// A shard has neighbouring chunks, so a missing shard leaves one gap that a person can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// The index, from 1.
    pub index: u64,
    /// The number of shards.
    pub of: u64,
}

/// The text is not a shard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShardError {
    /// The text is not two numbers with a slash between them.
    #[error("write a shard as 2/4, or as auto")]
    Form,
    /// The index is 0 or larger than the number of shards.
    #[error("shard {0}/{1} does not exist: shards count from 1 to {1}")]
    Beyond(u64, u64),
}

impl Shard {
    /// The single shard of a whole sweep.
    pub const WHOLE: Self = Self { index: 1, of: 1 };

    /// The shard with this index, from 1.
    ///
    /// # Errors
    ///
    /// If the index is 0 or larger than the number of shards.
    pub const fn new(index: u64, of: u64) -> Result<Self, ShardError> {
        if index == 0 || index > of {
            Err(ShardError::Beyond(index, of))
        } else {
            Ok(Self { index, of })
        }
    }

    /// The shard's part of these seeds. Empty if there are fewer chunks than shards.
    #[must_use]
    pub fn part(self, seeds: Seeds) -> Seeds {
        let chunks = u128::from(seeds.chunks());
        let first = |shard: u64| {
            let before = chunks * u128::from(shard) / u128::from(self.of);
            seeds.chunk(u64::try_from(before).unwrap_or(u64::MAX)).start
        };
        Seeds { start: first(self.index - 1), end: first(self.index) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (index, of) = text.split_once('/').ok_or(ShardError::Form)?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| ShardError::Form);
        Self::new(number(index)?, number(of)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::CHUNK;

    #[test]
    fn shards_cover_the_seeds_without_gap_or_overlap() {
        for len in [0, 1, CHUNK, 3 * CHUNK + 1, 40 * CHUNK] {
            for of in [1, 2, 3, 4, 7, 64] {
                let seeds = Seeds { start: 11, end: 11 + len };
                let mut at = seeds.start;
                for index in 1..=of {
                    let part = Shard { index, of }.part(seeds);
                    assert_eq!(part.start, at, "{index}/{of} of {seeds}");
                    assert!((part.start - seeds.start).is_multiple_of(CHUNK) || part.is_empty());
                    at = part.end;
                }
                assert_eq!(at, seeds.end);
            }
        }
    }

    #[test]
    fn a_shard_outside_its_number_is_refused() {
        assert_eq!("4/4".parse(), Ok(Shard { index: 4, of: 4 }));
        assert_eq!("0/4".parse::<Shard>(), Err(ShardError::Beyond(0, 4)));
        assert_eq!("5/4".parse::<Shard>(), Err(ShardError::Beyond(5, 4)));
        assert_eq!("0/0".parse::<Shard>(), Err(ShardError::Beyond(0, 0)));
        for text in ["", "1", "1/", "/4", "a/4", "1/4/2", "-1/4"] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Form), "{text}");
        }
    }
}
