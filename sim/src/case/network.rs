use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Latencies, and changes of links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// The default link.
    pub link: Link,
    /// Links of these actors.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    /// Changes of links, in any order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<LinkEvent>,
    /// Number of connections in the accept queue before the next handshake is refused.
    pub backlog: u32,
    /// Bytes that a socket buffers before its peer must wait.
    pub buffer: u32,
}

/// Latencies in both directions, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// From the actor to the server.
    pub to_server_us: u64,
    /// From the server to the actor.
    pub to_client_us: u64,
}

/// A change of one actor's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEvent {
    /// Microseconds since the server was ready.
    pub at_us: u64,
    /// The actor.
    pub actor: String,
    /// The change.
    pub change: LinkChange,
}

/// A change of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkChange {
    /// The link keeps packets until it is healed, and delivers them then.
    Hold,
    /// The link loses packets until it is healed. No packet is sent again, so its connections are
    /// dead.
    Cut,
    /// The link works again.
    Heal,
}

impl Default for Network {
    /// 500 microseconds each way, a backlog of 128, buffers of 64 KiB.
    fn default() -> Self {
        Self {
            link: Link { to_server_us: 500, to_client_us: 500 },
            links: BTreeMap::new(),
            events: Vec::new(),
            backlog: 128,
            buffer: 64 << 10,
        }
    }
}
