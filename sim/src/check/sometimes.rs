use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use serde::{Deserialize, Serialize};

/// A set of situations. A sweep must reach each situation at least once to prove anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sometimes(u16);

macro_rules! situations {
    ($($bit:literal $name:ident $sentence:literal;)*) => {
        impl Sometimes {
            $(
                #[doc = $sentence]
                pub const $name: Self = Self(1 << $bit);
            )*

            /// Every situation, with its sentence.
            pub const ALL: &[(Self, &str)] = &[$((Self::$name, $sentence),)*];
        }
    };
}

situations! {
    0 IN_FLIGHT_AT_SIGNAL "a request was in flight at the signal";
    1 QUEUE_AT_SEAL "connections waited in the accept queue when the listener began to close";
    2 REUSE_AT_FIN "a client used its connection again in the instant of the server's FIN";
    3 WORK_AT_DEADLINE "the deadline came with work left";
    4 SECOND_SIGNAL "a second signal came during the shutdown";
    5 BALANCER_TO_DRAINING "a balancer sent a request to a server that was shutting down";
    6 STALL_AT_DEADLINE "the store stood still across the deadline, with work left";
    7 CLIENT_RESET "a client saw a reset";
    8 LAST_QUANTUM "a response was finished in the last quantum before the deadline";
    9 HALF_CLOSED_ANSWERED "a client that had closed its side got its answer";
    10 UPGRADED_AT_DEADLINE "an upgraded connection was open at the deadline";
}

impl Sometimes {
    /// No situation.
    pub const NONE: Self = Self(0);

    /// Whether the set contains every situation of `other`.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds the situations of `other` if `seen`.
    pub fn note(&mut self, other: Self, seen: bool) {
        if seen {
            self.0 |= other.0;
        }
    }

    /// The sentences of the situations that are missing from the set.
    pub fn missing(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(move |(one, _)| !self.has(*one)).map(|(_, sentence)| *sentence)
    }
}

impl BitOr for Sometimes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Sometimes {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The sentences, one a line.
impl fmt::Display for Sometimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (one, sentence) in Self::ALL {
            if self.has(*one) {
                writeln!(f, "{sentence}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_lists_the_sentences_of_absent_situations() {
        let mut seen = Sometimes::NONE;
        assert_eq!(seen.missing().count(), Sometimes::ALL.len());
        seen.note(Sometimes::SECOND_SIGNAL, false);
        assert_eq!(seen, Sometimes::NONE);
        seen.note(Sometimes::SECOND_SIGNAL, true);
        seen |= Sometimes::CLIENT_RESET;
        assert!(seen.has(Sometimes::SECOND_SIGNAL | Sometimes::CLIENT_RESET));
        assert!(!seen.has(Sometimes::SECOND_SIGNAL | Sometimes::LAST_QUANTUM));
        assert_eq!(seen.to_string().lines().count(), 2);
        let all = Sometimes::ALL.iter().fold(Sometimes::NONE, |all, (one, _)| all | *one);
        assert_eq!(all.missing().count(), 0);
    }
}
