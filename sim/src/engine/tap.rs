//! Observes every packet of an engine that has packets, when it is sent, delivered or lost.
//!
//! A thread has at most one tap. The engine calls it while the engine works, so the tap must not
//! call the engine.

use std::cell::RefCell;
use std::time::Duration;

use super::Host;

/// Observes packets.
pub trait Tap: 'static {
    /// Called when something happens to a packet.
    fn packet(&mut self, event: &PacketEvent<'_>);
}

impl<F: FnMut(&PacketEvent<'_>) + 'static> Tap for F {
    fn packet(&mut self, event: &PacketEvent<'_>) {
        self(event);
    }
}

/// Something that happened to a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketEvent<'a> {
    /// The virtual time since the start of the run.
    pub at: Duration,
    /// The sender.
    pub from: Host,
    /// The receiver.
    pub to: Host,
    /// Its header.
    pub head: Head,
    /// The payload, for captures of whole packets.
    pub payload: &'a [u8],
    /// The fate of the packet.
    pub verdict: Verdict,
}

/// A TCP header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The sender's port.
    pub from_port: u16,
    /// The receiver's port.
    pub to_port: u16,
    /// Sequence number.
    pub seq: u32,
    /// The acknowledgement, valid if [`Flags::ACK`] is set.
    pub ack: u32,
    /// Bytes that the sender can receive.
    pub window: u16,
    /// The flags.
    pub flags: Flags,
}

/// The flags of a TCP header, at their positions on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flags(pub u8);

impl Flags {
    /// The sender sends no more data.
    pub const FIN: u8 = 1;
    /// Opens a connection.
    pub const SYN: u8 = 2;
    /// Resets the connection.
    pub const RST: u8 = 4;
    /// The receiver delivers the data at once.
    pub const PSH: u8 = 8;
    /// The acknowledgement is valid.
    pub const ACK: u8 = 16;

    /// Whether this flag is set.
    #[must_use]
    pub fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// What happened to a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The packet left its host and will be delivered.
    Sent,
    /// The packet left its host, and the link keeps it.
    Held,
    /// The packet reached its host.
    Delivered,
    /// The packet is lost: the link is cut, or a SYN filter took it.
    Dropped,
}

thread_local! {
    static TAP: RefCell<Option<Box<dyn Tap>>> = const { RefCell::new(None) };
}

/// Removes the tap on drop.
#[must_use = "dropping it removes the tap"]
#[derive(Debug)]
pub struct Tapped(());

/// Installs this thread's tap until the returned guard is dropped. Replaces an earlier tap.
pub fn install(tap: impl Tap) -> Tapped {
    TAP.set(Some(Box::new(tap)));
    Tapped(())
}

/// Whether this thread has a tap.
pub(super) fn installed() -> bool {
    TAP.with_borrow(Option::is_some)
}

/// Shows a packet to the tap.
pub(super) fn packet(event: &PacketEvent<'_>) {
    TAP.with_borrow_mut(|tap| {
        if let Some(tap) = tap {
            tap.packet(event);
        }
    });
}

impl Drop for Tapped {
    fn drop(&mut self) {
        TAP.set(None);
    }
}
