use std::fmt;

use crate::subject::{Kind, RungChoice};

/// A server, and how it closes its listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    /// Ours, on a rung of its ladder.
    Ours(RungChoice),
    /// Another.
    Peer(Kind),
}

impl Contestant {
    /// Ours on every rung, then the peers.
    pub const ALL: [Self; 7] = [
        Self::Ours(RungChoice::SharedSocket),
        Self::Ours(RungChoice::FullSink),
        Self::Ours(RungChoice::SynFilter),
        Self::Ours(RungChoice::AcceptUntilEmpty),
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

    /// The rung, if the server has any.
    #[must_use]
    pub fn rung(self) -> Option<RungChoice> {
        match self {
            Self::Ours(rung) => Some(rung),
            Self::Peer(_) => None,
        }
    }
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(rung) => write!(f, "{} ({})", Kind::Lastorders, rung.name()),
            Self::Peer(kind) => write!(f, "{kind}"),
        }
    }
}
