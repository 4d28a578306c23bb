use std::collections::VecDeque;
use std::hash::{BuildHasherDefault, Hasher};

use indexmap::IndexMap;
use turmoil_net::{Packet, TcpSegment};

use crate::engine::Host;

/// A link from one host to another.
#[derive(Debug)]
pub(super) struct Link {
    /// Nanoseconds.
    pub(super) latency: u64,
    pub(super) state: LinkState,
    /// Held packets, each with its send time.
    pub(super) held: VecDeque<(u64, Packet)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkState {
    Up,
    Held,
    Cut,
}

/// One direction of a connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    /// The earliest arrival of the next packet: packets of a flow do not overtake each other.
    pub(super) last_due: u64,
    /// The sender's last acknowledgement.
    pub(super) last_ack: u32,
    /// Index of the connection, if the sender's program holds it.
    pub(super) held: Option<usize>,
    /// Bytes that the sender's program has written. The end counts as one byte.
    pub(super) given: u64,
    /// How many of these bytes are sent.
    pub(super) sent: u64,
    /// Whether the sender's program has ended its stream.
    pub(super) ended: bool,
    /// Whether the sender's program has closed the connection.
    pub(super) closed: bool,
}

impl Flow {
    /// The program ends its stream.
    pub(super) fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.given += 1;
        }
    }
}

/// All links and flows of a run.
#[derive(Debug)]
pub(super) struct Links {
    hosts: usize,
    links: Vec<Link>,
    /// Resets of connections in accept queues, with the flow of the side that waits.
    resets: Vec<(FlowKey, Packet)>,
    flows: IndexMap<FlowKey, Flow, BuildHasherDefault<KeyHasher>>,
}

/// Both hosts of a flow, with their ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FlowKey(u64);

impl FlowKey {
    pub(super) fn new(from: Host, from_port: u16, to: Host, to_port: u16) -> Self {
        let side = |host: Host, port: u16| u64::from(host.0) << 16 | u64::from(port);
        Self(side(from, from_port) << 24 | side(to, to_port))
    }

    pub(super) fn of(from: Host, to: Host, segment: &TcpSegment) -> Self {
        Self::new(from, segment.src_port, to, segment.dst_port)
    }

    /// The other direction.
    pub(super) fn back(self) -> Self {
        Self(self.0 >> 24 | (self.0 & 0xff_ffff) << 24)
    }
}

impl Links {
    pub(super) fn new(hosts: usize, latency: u64) -> Self {
        let link = || Link { latency, state: LinkState::Up, held: VecDeque::new() };
        let links = std::iter::repeat_with(link).take(hosts * hosts).collect();
        Self { hosts, links, resets: Vec::new(), flows: IndexMap::default() }
    }

    pub(super) fn link(&mut self, from: Host, to: Host) -> &mut Link {
        &mut self.links[usize::from(from.0) * self.hosts + usize::from(to.0)]
    }

    /// The flow. Creates it if it is unknown.
    pub(super) fn flow(&mut self, key: FlowKey) -> &mut Flow {
        self.flows.entry(key).or_default()
    }

    /// Keeps a reset until the connection is accepted.
    pub(super) fn keep_reset(&mut self, waits: FlowKey, reset: Packet) {
        self.resets.push((waits, reset));
    }

    /// Takes the reset that came before the connection was accepted.
    pub(super) fn take_reset(&mut self, accepted: FlowKey) -> Option<Packet> {
        let place = self.resets.iter().position(|(waits, _)| *waits == accepted)?;
        Some(self.resets.swap_remove(place).1)
    }

    /// A copy of the flow, if it is known.
    pub(super) fn known(&self, key: FlowKey) -> Option<Flow> {
        self.flows.get(&key).copied()
    }
}

/// Hashes keys that are one number. Equal in every run and process.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        // Fibonacci hashing. The table uses the low bits for the place and the high bits for the
        // tag.
        let mixed = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
