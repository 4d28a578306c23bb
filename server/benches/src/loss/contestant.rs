use std::fmt;

use crate::subject::{Kind, SealMethodChoice};

/// A server, and how it closes its listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    /// Ours, on a method of its ladder.
    Ours(SealMethodChoice),
    /// Another.
    Peer(Kind),
}

impl Contestant {
    /// Ours on every method, then the peers.
    pub const ALL: [Self; 7] = [
        Self::Ours(SealMethodChoice::SharedSocket),
        Self::Ours(SealMethodChoice::FullSink),
        Self::Ours(SealMethodChoice::SynFilter),
        Self::Ours(SealMethodChoice::AcceptUntilEmpty),
        Self::Peer(Kind::Axum),
        Self::Peer(Kind::Hyper),
        Self::Peer(Kind::AxumServer),
    ];

    /// The server.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Ours(_) => Kind::Lastorders,
            Self::Peer(kind) => kind,
        }
    }

    /// The method, if the server has any.
    #[must_use]
    pub fn method(self) -> Option<SealMethodChoice> {
        match self {
            Self::Ours(method) => Some(method),
            Self::Peer(_) => None,
        }
    }
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(method) => write!(f, "{} ({})", Kind::Lastorders, method.name()),
            Self::Peer(kind) => write!(f, "{kind}"),
        }
    }
}
