use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use super::contestant::Contestant;
use crate::network::Family;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The servers, each on each network.
    pub contestants: Vec<Contestant>,
    /// The networks.
    pub networks: Vec<Where>,
    /// How long the wire takes, one way.
    pub delay: Duration,
    /// The version of the Internet Protocol.
    pub family: Family,
    /// How often each server is shut down on each network.
    pub shutdowns: usize,
    /// How many clients load it.
    pub clients: usize,
    /// How many connections may wait in a server's accept queue. When it overflows, the kernel
    /// drops the end of handshakes, and clients that believe to be connected are not.
    pub backlog: u32,
    /// What the moments of the signals are drawn from.
    pub seed: u64,
}

/// A network between servers and clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// This machine's loopback device.
    Loopback,
    /// A wire that delays every packet.
    Delayed,
}

impl Where {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Loopback, Self::Delayed];
}
