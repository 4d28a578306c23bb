use std::fmt;

use serde::Serialize;

/// How the listener was closed. Declared best first, which is the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SealMethod {
    /// Nothing was closed but our copy: the socket is another process's too, and what waits in its
    /// accept queue waits for that one. Nothing is lost. For listeners in a
    /// [`Shared`](crate::listener::Shared).
    SharedSocket,
    /// On Linux, without privileges: new connections were led to a second socket on the same
    /// address, whose accept queue was full, so that their SYN was dropped without a reset.
    /// Meanwhile the handshakes under way finished and were accepted. Then both were closed.
    ///
    /// A client that was caught tries again after its SYN timeout, about a second, and is refused.
    FullSink,
    /// On Linux, where the process may attach filters: SYN segments were dropped at the socket
    /// while the handshakes under way finished and were accepted. Then it was closed. Clients that
    /// were caught fare as with [`FullSink`](Self::FullSink).
    SynFilter,
    /// Every connection that waited in the accept queue was taken, then the listener was closed. A
    /// handshake that was still under way at that moment was reset.
    AcceptUntilEmpty,
}

impl fmt::Display for SealMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SharedSocket => "shared socket",
            Self::FullSink => "full sink",
            Self::SynFilter => "SYN filter",
            Self::AcceptUntilEmpty => "accept until empty",
        })
    }
}
