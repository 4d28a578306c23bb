use std::fmt;

use serde::Serialize;

/// How the listener was closed. The variants are declared in the order in which they are tried, the
/// best one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SealMethod {
    /// Only our copy of the socket was closed, because another process has the socket open too.
    /// Connections in the accept queue wait for that process, and none is lost. For listeners in a
    /// [`Shared`](crate::listener::Shared).
    SharedSocket,
    /// On Linux, without privileges: new connections were steered to a second socket on the same
    /// address. The second socket's accept queue was full, so the kernel dropped their SYN without
    /// a reset. Meanwhile the handshakes under way finished and were accepted. Then both sockets
    /// were closed.
    ///
    /// A client whose SYN was dropped retries after its SYN timeout, about 1 s, and is refused.
    FullSink,
    /// On Linux, where the process may attach filters: SYN segments were dropped at the socket
    /// while the handshakes under way finished and were accepted. Then the socket was closed.
    /// Clients whose SYN was dropped retry as with [`FullSink`](Self::FullSink).
    SynFilter,
    /// Every connection in the accept queue was accepted, then the listener was closed. A handshake
    /// that was still under way at that moment was reset.
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
