//! From a socket over its link into a socket.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use turmoil_net::{Packet, TcpFlags, TcpSegment, Transport};

use super::core::Core;
use super::links::{Flow, FlowKey, LinkState};
use super::queue::Due;
use crate::engine::Host;
use crate::engine::tap::{self, Flags, Head, PacketEvent, Verdict};

/// How long after an unanswered SYN the next one is sent, in nanoseconds: the first timeout of
/// Linux (RFC 6298, section 2.1). Later SYNs have the same distance here, where Linux doubles it.
const SYN_AGAIN: u64 = 1_000_000_000;

impl Core {
    /// Sends the outgoing packets of all sockets.
    pub(super) fn collect(&mut self, now: u64) {
        if !self.dirty {
            return;
        }
        self.dirty = false;
        self.collections += 1;
        let mut outgoing = std::mem::take(&mut self.outgoing);
        self.guard.egress_all(&mut outgoing);
        for packet in outgoing.drain(..) {
            self.send(now, packet);
        }
        self.outgoing = outgoing;
        while let Some(place) = self.sockets.reopened.pop() {
            if let Some(update) = self.window_update(place) {
                self.send(now, update);
            }
        }
    }

    /// Puts a packet on its link.
    pub(super) fn send(&mut self, now: u64, packet: Packet) {
        let Some((from, to, segment)) = parts(&packet) else {
            return;
        };
        let flow = self.links.flow(FlowKey::of(from, to, segment));
        if segment.flags.syn {
            // Ports are reused.
            *flow = Flow { last_due: flow.last_due, held: flow.held, ..Flow::default() };
        }
        if segment.flags.ack {
            flow.last_ack = segment.ack;
        }
        flow.sent += segment.payload.len() as u64 + u64::from(segment.flags.fin);
        let last_due = flow.last_due;
        let link = self.links.link(from, to);
        let verdict = match link.state {
            LinkState::Up => Verdict::Sent,
            LinkState::Held => Verdict::Held,
            LinkState::Cut => Verdict::Dropped,
        };
        let due = (now + link.latency).max(last_due);
        if self.tapped {
            show(now, &packet, verdict);
        }
        match verdict {
            Verdict::Sent => self.route(due, packet),
            Verdict::Held => self.links.link(from, to).held.push_back((now, packet)),
            Verdict::Dropped | Verdict::Delivered => {}
        }
    }

    fn route(&mut self, due: u64, packet: Packet) {
        if let Some((from, to, segment)) = parts(&packet) {
            self.links.flow(FlowKey::of(from, to, segment)).last_due = due;
            self.queue.push(due, Due::Arrives(packet));
        }
    }

    /// Heals a link and delivers the packets that it kept.
    pub(super) fn heal(&mut self, from: Host, to: Host) {
        let now = self.now();
        let link = self.links.link(from, to);
        link.state = LinkState::Up;
        let latency = link.latency;
        for (sent, packet) in std::mem::take(&mut link.held) {
            let last_due = parts(&packet)
                .and_then(|(from, to, segment)| self.links.known(FlowKey::of(from, to, segment)))
                .map_or(0, |flow| flow.last_due);
            self.route((sent + latency).max(last_due).max(now), packet);
        }
    }

    /// Handles a packet that arrived.
    pub(super) fn deliver(&mut self, now: u64, packet: Packet) {
        let Some((from, to, segment)) = parts(&packet) else {
            return;
        };
        let opens = segment.flags.syn && !segment.flags.ack;
        let filtered = opens && self.filtered.contains(&(to, segment.dst_port));
        if self.tapped {
            show(now, &packet, if filtered { Verdict::Dropped } else { Verdict::Delivered });
        }
        if filtered {
            self.queue.push(now + SYN_AGAIN, Due::Arrives(packet));
            return;
        }
        let key = FlowKey::of(from, to, segment).back();
        let own = self.links.known(key).unwrap_or_default();
        // A pure acknowledgement needs no collection, unless this side waits for it to send more.
        let flags = segment.flags;
        let says_something = flags.syn || flags.fin || flags.rst || !segment.payload.is_empty();
        self.dirty |= says_something || own.sent < own.given;
        if flags.rst {
            // `turmoil-net` forgets unread bytes at a reset. Linux lets the program read them
            // first.
            if let Some(place) = own.held {
                self.rescue(place);
            } else if !own.closed && self.waits(&packet) {
                self.links.keep_reset(key, packet);
                return;
            }
        } else if own.closed && !segment.payload.is_empty() {
            self.refuse(now, from, to, segment);
        }
        self.guard.deliver(packet);
    }

    /// Whether the packet belongs to a connection in an accept queue.
    fn waits(&self, packet: &Packet) -> bool {
        parts(packet).is_some_and(|(from, to, segment)| {
            let own = (to.addr(segment.dst_port), Some(from.addr(segment.src_port)));
            self.look(to).iter().any(|s| (s.local, s.peer) == own && s.queued())
        })
    }

    /// Handles data for a socket that no program holds: Linux resets both sides.
    fn refuse(&mut self, now: u64, from: Host, to: Host, segment: &TcpSegment) {
        let sender = from.addr(segment.src_port);
        let closed = to.addr(segment.dst_port);
        self.links.flow(FlowKey::of(from, to, segment).back()).closed = false;
        self.dirty = true;
        self.collect(now);
        self.dirty = true;
        self.guard.deliver(reset(sender, closed, segment.seq));
        self.send(now, reset(closed, sender, segment.ack));
    }
}

/// A reset from one side to the other.
pub(super) fn reset(from: SocketAddr, to: SocketAddr, seq: u32) -> Packet {
    let flags = TcpFlags { rst: true, ..TcpFlags::default() };
    bare(from, to, TcpSegment { seq, flags, ..empty(from, to) })
}

/// An acknowledgement that only opens the window.
pub(super) fn window(from: SocketAddr, to: SocketAddr, ack: u32, window: u16) -> Packet {
    let flags = TcpFlags { ack: true, ..TcpFlags::default() };
    bare(from, to, TcpSegment { ack, window, flags, ..empty(from, to) })
}

fn empty(from: SocketAddr, to: SocketAddr) -> TcpSegment {
    TcpSegment {
        src_port: from.port(),
        dst_port: to.port(),
        seq: 0,
        ack: 0,
        flags: TcpFlags::default(),
        window: 0,
        payload: Bytes::new(),
    }
}

fn bare(from: SocketAddr, to: SocketAddr, segment: TcpSegment) -> Packet {
    Packet { src: from.ip(), dst: to.ip(), ttl: 64, payload: Transport::Tcp(segment) }
}

fn parts(packet: &Packet) -> Option<(Host, Host, &TcpSegment)> {
    match &packet.payload {
        Transport::Tcp(segment) => Some((Host::of(packet.src)?, Host::of(packet.dst)?, segment)),
        Transport::Udp(_) => None,
    }
}

#[cold]
fn show(now: u64, packet: &Packet, verdict: Verdict) {
    if let Some((from, to, segment)) = parts(packet) {
        let flags = segment.flags;
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = bit(flags.fin, Flags::FIN)
            | bit(flags.syn, Flags::SYN)
            | bit(flags.rst, Flags::RST)
            | bit(flags.psh, Flags::PSH)
            | bit(flags.ack, Flags::ACK);
        tap::packet(&PacketEvent {
            at: Duration::from_nanos(now),
            from,
            to,
            head: Head {
                from_port: segment.src_port,
                to_port: segment.dst_port,
                seq: segment.seq,
                ack: segment.ack,
                window: segment.window,
                flags: Flags(flags),
            },
            payload: &segment.payload,
            verdict,
        });
    }
}
