use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Latencies, and what happens to the links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Of links that are not named.
    pub link: Link,
    /// The links of these actors.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    /// What happens to links, in any order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<LinkEvent>,
    /// How many connections wait to be accepted before the next is refused its handshake.
    pub backlog: u32,
    /// How many bytes a socket takes in before its peer must wait.
    pub buffer: u32,
}

/// One way and the other, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// From the actor to the server.
    pub to_server_us: u64,
    /// From the server to the actor.
    pub to_client_us: u64,
}

/// Something that happens to one actor's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEvent {
    /// Microseconds since the server was ready.
    pub at_us: u64,
    /// Whose link.
    pub actor: String,
    /// What happens to it.
    pub change: LinkChange,
}

/// What happens to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkChange {
    /// Packets stay on it until it is healed, and come then.
    Hold,
    /// Packets are lost until it is healed. Nothing is sent again: connections over it are dead.
    Cut,
    /// It works again.
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
