use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use super::seal_variant::SealVariant;
use crate::network::Family;

/// The options of a measurement.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The servers. Each is measured on each network.
    pub variants: Vec<SealVariant>,
    /// The networks.
    pub networks: Vec<NetworkKind>,
    /// The delay of the wire, in each direction.
    pub delay: Duration,
    /// The version of the Internet Protocol.
    pub family: Family,
    /// How often each server is shut down on each network.
    pub shutdowns: usize,
    /// How many clients load each server.
    pub clients: usize,
    /// How many connections may wait in a server's accept queue. When the queue overflows, the
    /// kernel drops the last segment of handshakes, and some clients wrongly believe that they are
    /// connected.
    pub backlog: u32,
    /// The seed of the moments of the signals.
    pub seed: u64,
}

/// A network between servers and clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// This machine's loopback device.
    Loopback,
    /// A wire that delays every packet.
    Delayed,
}

impl NetworkKind {
    /// Every network.
    pub const ALL: [Self; 2] = [Self::Loopback, Self::Delayed];
}
