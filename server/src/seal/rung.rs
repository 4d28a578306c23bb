use std::fmt;

use serde::Serialize;

/// How the listener was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rung {
    /// Every connection that waited in the accept queue was taken, then the listener was closed. A
    /// handshake that was still under way at that moment was reset.
    AcceptUntilEmpty,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AcceptUntilEmpty => "accept until empty",
        })
    }
}
