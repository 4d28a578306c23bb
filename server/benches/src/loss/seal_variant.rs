use std::fmt;

use crate::subject::{SealMethodChoice, ServerKind};

/// A server, and how it closes its listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealVariant {
    /// Ours, with a seal method.
    Ours(SealMethodChoice),
    /// Another server.
    Peer(ServerKind),
}

impl SealVariant {
    /// Ours with every seal method, then the peers.
    pub const ALL: [Self; 7] = [
        Self::Ours(SealMethodChoice::SharedSocket),
        Self::Ours(SealMethodChoice::FullSink),
        Self::Ours(SealMethodChoice::SynFilter),
        Self::Ours(SealMethodChoice::AcceptUntilEmpty),
        Self::Peer(ServerKind::Axum),
        Self::Peer(ServerKind::Hyper),
        Self::Peer(ServerKind::AxumServer),
    ];

    /// The server.
    #[must_use]
    pub fn kind(self) -> ServerKind {
        match self {
            Self::Ours(_) => ServerKind::Lastorders,
            Self::Peer(kind) => kind,
        }
    }

    /// The seal method, if the server is ours.
    #[must_use]
    pub fn method(self) -> Option<SealMethodChoice> {
        match self {
            Self::Ours(method) => Some(method),
            Self::Peer(_) => None,
        }
    }
}

impl fmt::Display for SealVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(method) => write!(f, "{} ({})", ServerKind::Lastorders, method.name()),
            Self::Peer(kind) => write!(f, "{kind}"),
        }
    }
}
