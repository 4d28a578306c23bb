use std::borrow::Cow;
use std::io::{self, Write};
use std::net::SocketAddr;

use etherparse::{PacketBuilder, PacketBuilderStep, TcpHeader};
use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};

use crate::engine::tap::Flags;
use crate::trace::Captured;

/// The most payload of an IP packet. A longer segment becomes several.
const MOST_BYTES: usize = 60_000;

/// The initial hop limit of a host.
const HOPS: u8 = 64;

/// The time resolution: nanoseconds, as a negative power of ten.
const NANOSECONDS: u8 = 9;

/// Why packets cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Writing failed.
    #[error("writing packets: {0}")]
    Io(#[from] io::Error),
    /// One side has an IPv4 address, the other an IPv6 address.
    #[error("a packet from {0} to {1} is of no version of IP")]
    Mixed(SocketAddr, SocketAddr),
    /// The file format does not allow this content.
    #[error("writing packets: {0}")]
    Format(String),
}

/// Writes packets as a pcapng file of raw IP packets, with valid checksums. Times are virtual: the
/// run begins at the epoch. A lost packet has a comment that says so.
///
/// # Errors
///
/// If writing fails, or a packet's addresses have different versions of IP.
pub fn pcapng(packets: &[Captured], to: impl Write) -> Result<(), ExportError> {
    let mut to = io::BufWriter::new(to);
    let mut writer = PcapNgWriter::new(&mut to).map_err(format)?;
    let interface = InterfaceDescriptionBlock {
        linktype: DataLink::RAW,
        snaplen: 0,
        options: vec![
            InterfaceDescriptionOption::IfName(Cow::Borrowed("simulated")),
            InterfaceDescriptionOption::IfTsResol(NANOSECONDS),
        ],
    };
    writer.write_pcapng_block(interface).map_err(format)?;
    for packet in packets {
        for (segment, last) in segments(packet) {
            let bytes = bytes(packet, segment, last)?;
            let lost = packet.lost.then_some(EnhancedPacketOption::Comment(Cow::Borrowed("lost")));
            let block = EnhancedPacketBlock {
                interface_id: 0,
                timestamp: packet.at,
                // An IP packet has at most 64 KiB.
                original_len: bytes.len() as u32,
                data: Cow::Owned(bytes),
                options: lost.into_iter().collect(),
            };
            writer.write_pcapng_block(block).map_err(format)?;
        }
    }
    to.flush()?;
    Ok(())
}

/// The payload in pieces that fit. The flag marks the last piece.
fn segments(packet: &Captured) -> impl Iterator<Item = ((u32, &[u8]), bool)> {
    let length = packet.payload.len();
    let starts = (0..length.max(1)).step_by(MOST_BYTES);
    starts.map(move |start| {
        let end = (start + MOST_BYTES).min(length);
        // Sequence numbers wrap too.
        ((start as u32, &packet.payload[start..end]), end == length)
    })
}

fn bytes(
    packet: &Captured,
    (offset, payload): (u32, &[u8]),
    last: bool,
) -> Result<Vec<u8>, ExportError> {
    let header = header(packet, offset, last);
    let builder: PacketBuilderStep<TcpHeader> = match (packet.src, packet.dst) {
        (SocketAddr::V4(src), SocketAddr::V4(dst)) => {
            PacketBuilder::ipv4(src.ip().octets(), dst.ip().octets(), HOPS).tcp_header(header)
        }
        (SocketAddr::V6(src), SocketAddr::V6(dst)) => {
            PacketBuilder::ipv6(src.ip().octets(), dst.ip().octets(), HOPS).tcp_header(header)
        }
        (src, dst) => return Err(ExportError::Mixed(src, dst)),
    };
    let mut bytes = Vec::with_capacity(builder.size(payload.len()));
    builder.write(&mut bytes, payload).map_err(|error| ExportError::Format(error.to_string()))?;
    Ok(bytes)
}

fn header(packet: &Captured, offset: u32, last: bool) -> TcpHeader {
    let Captured { src, dst, flags, seq, ack, window, .. } = packet;
    let seq = seq.wrapping_add(offset);
    let mut header = TcpHeader::new(src.port(), dst.port(), seq, *window);
    header.syn = flags.has(Flags::SYN) && offset == 0;
    header.rst = flags.has(Flags::RST) && last;
    // Only the last piece ends the stream.
    header.fin = flags.has(Flags::FIN) && last;
    header.psh = flags.has(Flags::PSH) && last;
    header.ack = flags.has(Flags::ACK);
    header.acknowledgment_number = if header.ack { *ack } else { 0 };
    header
}

fn format(error: pcap_file::PcapError) -> ExportError {
    match error {
        pcap_file::PcapError::IoError(error) => ExportError::Io(error),
        error => ExportError::Format(error.to_string()),
    }
}
