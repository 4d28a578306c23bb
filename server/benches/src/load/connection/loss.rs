use std::fmt;
use std::io;

use serde::Serialize;

/// Why a request on an established connection got no complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The connection was reset before the first byte of the answer.
    Reset,
    /// The connection was closed before the first byte of the answer.
    Closed,
    /// The connection ended in the middle of the answer.
    Cut,
    /// The answer was not complete within the bound.
    TimedOut,
    /// The bytes are no HTTP/1.1 answer of a known length.
    Garbled,
}

impl Loss {
    pub(super) fn of(error: &io::Error, begun: bool) -> Self {
        match error.kind() {
            _ if begun => Self::Cut,
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Reset,
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reset => "reset",
            Self::Closed => "closed without a byte",
            Self::Cut => "cut",
            Self::TimedOut => "timed out",
            Self::Garbled => "garbled",
        })
    }
}
