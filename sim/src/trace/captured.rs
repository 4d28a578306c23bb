use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::{Kind, record_at};
use crate::engine::tap::{Flags, PacketEvent, Verdict};

/// A TCP segment on its sender's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Virtual time since the run began.
    pub at: Duration,
    /// The sender.
    pub src: SocketAddr,
    /// The receiver.
    pub dst: SocketAddr,
    /// The flags of the TCP header.
    pub flags: Flags,
    /// Sequence number of the first byte.
    pub seq: u32,
    /// The acknowledgement, valid with [`Flags::ACK`].
    pub ack: u32,
    /// Bytes that the sender can receive.
    pub window: u16,
    /// The payload.
    pub payload: Bytes,
    /// Whether the link loses the segment.
    pub lost: bool,
}

impl Captured {
    /// The packet, if it leaves its host. `None` for an arriving packet, which was captured before.
    #[must_use]
    pub fn of(event: &PacketEvent<'_>) -> Option<Self> {
        let lost = match event.verdict {
            Verdict::Sent | Verdict::Held => false,
            Verdict::Dropped => true,
            Verdict::Delivered => return None,
        };
        let head = event.head;
        Some(Self {
            at: event.at,
            src: event.from.addr(head.from_port),
            dst: event.to.addr(head.to_port),
            flags: head.flags,
            seq: head.seq,
            ack: head.ack,
            window: head.window,
            payload: Bytes::copy_from_slice(event.payload),
            lost,
        })
    }
}

/// Records what happened to a packet. The record's host is the receiver of a delivered packet, and
/// the sender of any other.
#[inline]
pub fn packet(event: &PacketEvent<'_>, connection: u16) {
    let (host, kind) = match event.verdict {
        Verdict::Sent => (event.from, Kind::PacketSent),
        Verdict::Held => (event.from, Kind::PacketHeld),
        Verdict::Dropped => (event.from, Kind::PacketDropped),
        Verdict::Delivered => (event.to, Kind::PacketDelivered),
    };
    let a = packet_a(event.head.flags, event.payload.len());
    let b = packet_b(event.head.seq, event.head.ack);
    // The engine is at work here, so its clock must not be asked.
    let at_ns = u64::try_from(event.at.as_nanos()).unwrap_or(u64::MAX);
    record_at(at_ns, host.0, kind, connection, a, b);
}

/// The number `a` of a packet's record: flags in the upper half, length of the payload in the
/// lower.
#[must_use]
pub fn packet_a(flags: Flags, length: usize) -> u64 {
    u64::from(flags.0) << 32 | u64::from(u32::try_from(length).unwrap_or(u32::MAX))
}

/// The number `b` of a packet's record: sequence number in the upper half, acknowledgement in the
/// lower.
#[must_use]
pub fn packet_b(seq: u32, ack: u32) -> u64 {
    u64::from(seq) << 32 | u64::from(ack)
}

/// The names of flags, as `SYN+ACK`; `-` for no flag.
#[must_use]
pub fn flag_names(flags: Flags) -> String {
    let names = [
        (Flags::SYN, "SYN"),
        (Flags::FIN, "FIN"),
        (Flags::RST, "RST"),
        (Flags::PSH, "PSH"),
        (Flags::ACK, "ACK"),
    ];
    let set = names.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, name)| name);
    let set: Vec<_> = set.collect();
    if set.is_empty() { "-".to_owned() } else { set.join("+") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Host;
    use crate::engine::tap::Head;
    use crate::trace::recorder::recorded;

    const FIN_ACK: Flags = Flags(Flags::FIN | Flags::ACK);

    fn event(verdict: Verdict) -> PacketEvent<'static> {
        PacketEvent {
            at: Duration::from_micros(3),
            from: Host(1),
            to: Host(0),
            head: Head {
                from_port: 5_000,
                to_port: 80,
                seq: u32::MAX,
                ack: 1,
                window: 9,
                flags: FIN_ACK,
            },
            payload: b"bye",
            verdict,
        }
    }

    #[test]
    fn a_packet_is_captured_once_when_it_leaves_its_host() {
        for (verdict, lost) in [
            (Verdict::Sent, Some(false)),
            (Verdict::Held, Some(false)),
            (Verdict::Dropped, Some(true)),
            (Verdict::Delivered, None),
        ] {
            let captured = Captured::of(&event(verdict));
            assert_eq!(captured.as_ref().map(|captured| captured.lost), lost, "{verdict:?}");
            if let Some(captured) = captured {
                assert_eq!((captured.src, captured.dst), (Host(1).addr(5_000), Host(0).addr(80)));
            }
        }
    }

    #[test]
    fn a_packet_is_recorded_with_its_current_host() {
        let verdicts = [
            (Verdict::Sent, 1, Kind::PacketSent),
            (Verdict::Held, 1, Kind::PacketHeld),
            (Verdict::Dropped, 1, Kind::PacketDropped),
            (Verdict::Delivered, 0, Kind::PacketDelivered),
        ];
        let trace =
            recorded(|| verdicts.iter().for_each(|(verdict, ..)| packet(&event(*verdict), 2)));
        for ((_, host, kind), record) in verdicts.into_iter().zip(&trace.records) {
            assert_eq!((record.at_ns, record.host), (3_000, host));
            assert_eq!((record.kind, record.connection), (kind, 2));
            assert_eq!((record.a, record.b), (0x11_0000_0003, 0xffff_ffff_0000_0001));
        }
    }

    #[test]
    fn flags_have_names() {
        assert_eq!(flag_names(FIN_ACK), "FIN+ACK");
        assert_eq!(flag_names(Flags(0)), "-");
    }
}
