use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ClientKind;

/// The kind of service and clients that cases are about. Each family makes its races likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// All kinds of client and fault.
    Mixed,
    /// Clients reuse connections while the server closes idle ones.
    KeepAlive,
    /// Handshakes, and connections in the accept queue, at the moment of the seal.
    Queue,
    /// Slow heads, slow bodies, slow readers.
    Bodies,
    /// A store that stalls, breaks, or is slow to close.
    Store,
    /// A second signal, SIGINT, and a first signal during startup or in the instant of readiness.
    Signals,
    /// HTTP/2, and peers that do not answer PING.
    Http2,
    /// Connections that were upgraded to another protocol.
    Upgraded,
    /// A lame duck, and a balancer that notices the lame duck late.
    Balanced,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 9] = [
        Self::Mixed,
        Self::KeepAlive,
        Self::Queue,
        Self::Bodies,
        Self::Store,
        Self::Signals,
        Self::Http2,
        Self::Upgraded,
        Self::Balanced,
    ];

    /// The name on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::KeepAlive => "keep-alive",
            Self::Queue => "queue",
            Self::Bodies => "bodies",
            Self::Store => "store",
            Self::Signals => "signals",
            Self::Http2 => "http2",
            Self::Upgraded => "upgraded",
            Self::Balanced => "balanced",
        }
    }

    /// The scenario that the plans of the family name.
    pub(super) fn scenario(self) -> &'static str {
        match self {
            Self::Mixed => "generated/mixed",
            Self::KeepAlive => "generated/keep-alive",
            Self::Queue => "generated/queue",
            Self::Bodies => "generated/bodies",
            Self::Store => "generated/store",
            Self::Signals => "generated/signals",
            Self::Http2 => "generated/http2",
            Self::Upgraded => "generated/upgraded",
            Self::Balanced => "generated/balanced",
        }
    }

    /// The kinds of client that the family is about. Every second client is of such a kind.
    pub(super) fn favourites(self) -> &'static [ClientKind] {
        use ClientKind as Kind;
        match self {
            Self::Mixed | Self::Store | Self::Signals => &[],
            Self::KeepAlive => &[Kind::KeepAlive, Kind::Chatty, Kind::Pipelined],
            Self::Queue => &[Kind::OneShot, Kind::Preconnect, Kind::Silent],
            Self::Bodies => &[Kind::SlowHead, Kind::SlowBody, Kind::SlowReader],
            Self::Http2 => &[Kind::Http2],
            Self::Upgraded => &[Kind::Upgraded],
            Self::Balanced => &[Kind::OneShot, Kind::Chatty, Kind::KeepAlive],
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(text: &str) -> Result<Self, UnknownFamily> {
        let named = Self::ALL.into_iter().find(|family| family.name() == text);
        named.ok_or_else(|| UnknownFamily(text.to_owned()))
    }
}

/// No family has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no family `{0}`")]
pub struct UnknownFamily(String);
