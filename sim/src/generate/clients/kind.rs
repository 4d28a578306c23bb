use lastorders_model::plan::Role;

use super::{http1, http2_and_upgraded, partial};
use crate::generate::script::Script;

/// A kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientKind {
    /// Sends several requests over one connection, with pauses.
    KeepAlive,
    /// Sends request after request, without a pause.
    Chatty,
    /// Sends one request on a connection of its own.
    OneShot,
    /// Sends several requests before the first answer.
    Pipelined,
    /// Sends the head in two parts.
    SlowHead,
    /// Sends the body later than the head, or in two parts.
    SlowBody,
    /// Reads its answer late, and a few bytes at a time.
    SlowReader,
    /// Connects and never sends a byte.
    Silent,
    /// Connects, and sends later.
    Preconnect,
    /// Leaves in the middle of an exchange.
    Aborting,
    /// Closes its sending side after its request.
    HalfClosing,
    /// Upgrades its connection to another protocol.
    Upgraded,
    /// Speaks HTTP/2.
    Http2,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::KeepAlive,
        Self::Chatty,
        Self::OneShot,
        Self::Pipelined,
        Self::SlowHead,
        Self::SlowBody,
        Self::SlowReader,
        Self::Silent,
        Self::Preconnect,
        Self::Aborting,
        Self::HalfClosing,
        Self::Upgraded,
        Self::Http2,
    ];

    /// The name, which is also the prefix of the names of its actors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KeepAlive => "keep-alive",
            Self::Chatty => "chatty",
            Self::OneShot => "one-shot",
            Self::Pipelined => "pipelined",
            Self::SlowHead => "slow-head",
            Self::SlowBody => "slow-body",
            Self::SlowReader => "slow-reader",
            Self::Silent => "silent",
            Self::Preconnect => "preconnect",
            Self::Aborting => "aborting",
            Self::HalfClosing => "half-closing",
            Self::Upgraded => "upgraded",
            Self::Http2 => "http2",
        }
    }

    /// The name of the actor of this kind at a place.
    pub(in crate::generate) fn actor_name(self, place: u64) -> String {
        format!("{}-{place}", self.name())
    }
}

/// Writes the script of a client of this kind, and returns the client's role.
pub(in crate::generate) fn write(kind: ClientKind, mut script: Script<'_>) -> Role {
    match kind {
        ClientKind::KeepAlive => http1::keep_alive(&mut script),
        ClientKind::Chatty => http1::chatty(&mut script),
        ClientKind::OneShot => http1::one_shot(&mut script),
        ClientKind::Pipelined => http1::pipelined(&mut script),
        ClientKind::Preconnect => http1::preconnect(&mut script),
        ClientKind::SlowHead => partial::slow_head(&mut script),
        ClientKind::SlowBody => partial::slow_body(&mut script),
        ClientKind::SlowReader => partial::slow_reader(&mut script),
        ClientKind::Silent => partial::silent(&mut script),
        ClientKind::Aborting => partial::aborting(&mut script),
        ClientKind::HalfClosing => partial::half_closing(&mut script),
        ClientKind::Upgraded => http2_and_upgraded::upgraded(&mut script),
        ClientKind::Http2 => {
            http2_and_upgraded::http2(&mut script);
            return Role::Http2Client { steps: script.steps };
        }
    }
    Role::Client { steps: script.steps }
}
