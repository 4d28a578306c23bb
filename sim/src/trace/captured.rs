use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use turmoil_net::{Packet, TcpFlags, Transport};

/// One TCP segment as the network saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// When, in virtual time since the run began.
    pub at: Duration,
    /// From where.
    pub src: SocketAddr,
    /// To where.
    pub dst: SocketAddr,
    /// Its flags.
    pub flags: Flags,
    /// The sequence number of its first byte.
    pub seq: u32,
    /// The acknowledgement, meaningless without [`Flags::ACK`].
    pub ack: u32,
    /// How many bytes its sender can take.
    pub window: u16,
    /// What it carries.
    pub payload: Bytes,
}

/// The flags of a TCP segment, with the bits of a TCP header.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Captured {
    /// A packet of turmoil-net; `None` if it is not TCP.
    #[must_use]
    pub fn of(at: Duration, packet: &Packet) -> Option<Self> {
        let Transport::Tcp(tcp) = &packet.payload else { return None };
        Some(Self {
            at,
            src: SocketAddr::new(packet.src, tcp.src_port),
            dst: SocketAddr::new(packet.dst, tcp.dst_port),
            flags: tcp.flags.into(),
            seq: tcp.seq,
            ack: tcp.ack,
            window: tcp.window,
            payload: tcp.payload.clone(),
        })
    }

    /// The number `a` of a record of this packet.
    #[must_use]
    pub fn a(&self) -> u64 {
        packet_a(self.flags, self.payload.len())
    }

    /// The number `b` of a record of this packet.
    #[must_use]
    pub fn b(&self) -> u64 {
        packet_b(self.seq, self.ack)
    }
}

/// The number `a` of the record of a packet: flags above, length of the payload below.
#[must_use]
pub fn packet_a(flags: Flags, length: usize) -> u64 {
    u64::from(flags.0) << 32 | u64::from(u32::try_from(length).unwrap_or(u32::MAX))
}

/// The number `b` of the record of a packet: sequence number above, acknowledgement below.
#[must_use]
pub fn packet_b(seq: u32, ack: u32) -> u64 {
    u64::from(seq) << 32 | u64::from(ack)
}

impl Flags {
    /// No more bytes follow.
    pub const FIN: Self = Self(0x01);
    /// The first of its side.
    pub const SYN: Self = Self(0x02);
    /// The connection is gone.
    pub const RST: Self = Self(0x04);
    /// To be given to the application at once.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement counts.
    pub const ACK: Self = Self(0x10);
    /// There is an urgent pointer.
    pub const URG: Self = Self(0x20);

    const NAMES: [(Self, &str); 6] = [
        (Self::SYN, "SYN"),
        (Self::FIN, "FIN"),
        (Self::RST, "RST"),
        (Self::PSH, "PSH"),
        (Self::ACK, "ACK"),
        (Self::URG, "URG"),
    ];

    /// Whether all of these are set.
    #[must_use]
    pub fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// With these as well.
    #[must_use]
    pub fn and(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }
}

impl From<TcpFlags> for Flags {
    fn from(flags: TcpFlags) -> Self {
        let bits = [
            (flags.fin, Self::FIN),
            (flags.syn, Self::SYN),
            (flags.rst, Self::RST),
            (flags.psh, Self::PSH),
            (flags.ack, Self::ACK),
            (flags.urg, Self::URG),
        ];
        let set = bits.into_iter().filter(|(set, _)| *set);
        set.fold(Self::default(), |all, (_, flag)| all.and(flag))
    }
}

impl fmt::Display for Flags {
    /// `SYN+ACK`; `-` for none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| *name);
        let names: Vec<_> = names.collect();
        f.pad(if names.is_empty() { "-".to_owned() } else { names.join("+") }.as_str())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_their_bits_and_names() {
        let flags = TcpFlags { syn: true, ack: true, ..TcpFlags::default() };
        assert_eq!(Flags::from(flags), Flags(0x12));
        assert_eq!(Flags::from(flags).to_string(), "SYN+ACK");
        assert_eq!(Flags::default().to_string(), "-");
        assert!(!Flags::ACK.has(Flags::SYN.and(Flags::ACK)));
    }

    #[test]
    fn both_numbers_of_a_packet_are_whole() {
        assert_eq!(packet_a(Flags::FIN.and(Flags::ACK), 1460), 0x11_0000_05b4);
        assert_eq!(packet_b(u32::MAX, 1), 0xffff_ffff_0000_0001);
    }
}
