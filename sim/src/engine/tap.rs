//! Every packet of the engines that have packets, as it is sent, delivered or lost.
//!
//! A thread has one tap at most. It is called while the engine works, so it must not call the
//! engine.

use std::cell::RefCell;
use std::time::Duration;

use super::Host;

/// Looks at packets.
pub trait Tap: 'static {
    /// Something happened to a packet.
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
    /// Who sent it.
    pub from: Host,
    /// To whom.
    pub to: Host,
    /// Its header.
    pub head: Head,
    /// Its bytes, for those who want whole packets.
    pub payload: &'a [u8],
    /// What happened to it.
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
    /// Acknowledged so far, if [`Flags::ACK`] is set.
    pub ack: u32,
    /// Bytes that the sender would take in.
    pub window: u16,
    /// The bits that are set.
    pub flags: Flags,
}

/// The flags of a TCP header, in their real places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from here.
    pub const FIN: u8 = 1;
    /// Opens a connection.
    pub const SYN: u8 = 2;
    /// Ends it at once.
    pub const RST: u8 = 4;
    /// To be handed on at once.
    pub const PSH: u8 = 8;
    /// The acknowledgement counts.
    pub const ACK: u8 = 16;

    /// Whether this one is set.
    #[must_use]
    pub fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// What happened to a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It left its host and will be delivered.
    Sent,
    /// It left its host and is kept by the link.
    Held,
    /// It reached its host.
    Delivered,
    /// It is lost: the link is cut, or a SYN filter took it.
    Dropped,
}

thread_local! {
    static TAP: RefCell<Option<Box<dyn Tap>>> = const { RefCell::new(None) };
}

/// Takes the tap away when it is dropped.
#[must_use = "dropping it takes the tap away"]
#[derive(Debug)]
pub struct Tapped(());

/// Has this thread's packets looked at, until what it returns is dropped. Replaces another tap.
pub fn install(tap: impl Tap) -> Tapped {
    TAP.set(Some(Box::new(tap)));
    Tapped(())
}

/// Whether somebody looks at this thread's packets.
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
