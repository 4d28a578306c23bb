use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use etherparse::{NetSlice, SlicedPacket, TcpSlice, TransportSlice};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::{Block, PcapNgReader};

use super::{ExportError, pcapng};
use crate::engine::tap::Flags;
use crate::trace::Captured;

const SYN: u8 = Flags::SYN;
const ACK: u8 = Flags::ACK;
const PSH: u8 = Flags::PSH;
const FIN: u8 = Flags::FIN;

fn client() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 49_152)
}

fn server() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 3000)
}

/// A connection with one request and its response. Times are in milliseconds.
fn conversation() -> Vec<Captured> {
    let request: &[u8] = b"GET /health HTTP/1.1\r\nhost: server\r\n\r\n";
    let response: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
    let (sent, got) = (request.len() as u32, response.len() as u32);
    let rows: [(bool, u8, u32, u32, &[u8]); 9] = [
        (true, SYN, 100, 0, b""),
        (false, SYN | ACK, 900, 101, b""),
        (true, ACK, 101, 901, b""),
        (true, PSH | ACK, 101, 901, request),
        (false, PSH | ACK, 901, 101 + sent, response),
        (false, FIN | ACK, 901 + got, 101 + sent, b""),
        (true, ACK, 101 + sent, 902 + got, b""),
        (true, FIN | ACK, 101 + sent, 902 + got, b""),
        (false, ACK, 902 + got, 102 + sent, b""),
    ];
    let packet = |(at, (up, flags, seq, ack, payload)): (u64, (bool, u8, u32, u32, &[u8]))| {
        let (src, dst) = if up { (client(), server()) } else { (server(), client()) };
        let at = Duration::from_millis(at);
        let payload = Bytes::copy_from_slice(payload);
        let flags = Flags(flags);
        Captured { at, src, dst, flags, seq, ack, window: 65_535, payload, lost: false }
    };
    (1..).zip(rows).map(packet).collect()
}

/// Times, loss and bytes of the packets in a file.
fn read(file: &[u8]) -> Vec<(Duration, bool, Vec<u8>)> {
    let mut reader = PcapNgReader::new(file).expect("it has a header");
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.expect("it is whole").into_owned() {
            let lost = EnhancedPacketOption::Comment("lost".into());
            let lost = packet.options.contains(&lost);
            packets.push((packet.timestamp, lost, packet.data.into_owned()));
        }
    }
    packets
}

/// The TCP part of a packet, after a check of its checksums.
fn checked(packet: &[u8]) -> TcpSlice<'_> {
    let sliced = SlicedPacket::from_ip(packet).expect("it is an IP packet");
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { panic!("it is not TCP") };
    let header = tcp.to_header();
    let sum = match sliced.net {
        Some(NetSlice::Ipv4(ip)) => {
            let ip = ip.header().to_header();
            assert_eq!(ip.header_checksum, ip.calc_header_checksum());
            header.calc_checksum_ipv4(&ip, tcp.payload())
        }
        Some(NetSlice::Ipv6(ip)) => {
            header.calc_checksum_ipv6(&ip.header().to_header(), tcp.payload())
        }
        _ => panic!("it is not IP"),
    };
    assert_eq!(header.checksum, sum.expect("it is short enough"));
    tcp
}

fn written(packets: &[Captured]) -> Vec<u8> {
    let mut file = Vec::new();
    pcapng(packets, &mut file).expect("a vector takes everything");
    file
}

#[test]
fn written_packets_are_read_back_equal() {
    let mut packets = conversation();
    packets[2].lost = true;
    let file = written(&packets);
    let read = read(&file);
    assert_eq!(read.len(), packets.len());
    for (packet, (at, lost, bytes)) in packets.iter().zip(&read) {
        let tcp = checked(bytes);
        assert_eq!((*at, *lost), (packet.at, packet.lost));
        assert_eq!(
            (tcp.source_port(), tcp.destination_port()),
            (packet.src.port(), packet.dst.port())
        );
        assert_eq!((tcp.sequence_number(), tcp.acknowledgment_number()), (packet.seq, packet.ack));
        assert_eq!((tcp.syn(), tcp.fin()), (packet.flags.has(SYN), packet.flags.has(FIN)));
        assert_eq!(tcp.payload(), packet.payload);
    }
}

#[test]
fn a_segment_larger_than_a_packet_is_split() {
    let mut packets = conversation();
    packets.truncate(1);
    packets[0].flags = Flags(PSH | ACK | FIN);
    packets[0].seq = u32::MAX;
    packets[0].payload = Bytes::from(vec![7; 150_000]);
    let file = written(&packets);
    let read = read(&file);
    let seen: Vec<_> = read.iter().map(|(_, _, bytes)| checked(bytes)).collect();
    let seen: Vec<_> =
        seen.iter().map(|tcp| (tcp.sequence_number(), tcp.payload().len(), tcp.fin())).collect();
    let expected = [(u32::MAX, 60_000, false), (59_999, 60_000, false), (119_999, 30_000, true)];
    assert_eq!(seen, expected);
}

#[test]
fn packets_of_either_ip_version_are_written_and_mixed_ones_refused() {
    let mut packets = conversation();
    packets.truncate(1);
    let v6 = |n: u16| SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, n)), n);
    packets[0].src = v6(1);
    let mixed = pcapng(&packets, std::io::sink());
    assert!(matches!(mixed, Err(ExportError::Mixed(src, _)) if src == v6(1)));
    packets[0].dst = v6(2);
    let file = written(&packets);
    assert_eq!(checked(&read(&file)[0].2).destination_port(), 2);
}

#[test]
#[ignore = "needs tshark; tests/integration runs it"]
fn wireshark_understands_the_conversation() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("run.pcapng");
    std::fs::write(&path, written(&conversation())).expect("there is room for a file");
    let tshark = |filter: &str, fields: &[&str]| {
        let mut command = Command::new("tshark");
        let checks = ["tcp.check_checksum:TRUE", "ip.check_checksum:TRUE"];
        command.arg("-r").arg(&path).args(["-o", checks[0], "-o", checks[1]]);
        command.args(["-Y", filter, "-T", "fields"]);
        for field in fields {
            command.args(["-e", field]);
        }
        let output = command.output().expect("tshark is there");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    };
    let request = ["frame.time_epoch", "http.request.method", "http.request.uri"];
    assert_eq!(tshark("http.request", &request), "0.004000000\tGET\t/health");
    let response = ["frame.time_epoch", "http.response.code", "http.content_length"];
    assert_eq!(tshark("http.response", &response), "0.005000000\t200\t2");
    let right = tshark("tcp.checksum.status == 1 && ip.checksum.status == 1", &["frame.number"]);
    assert_eq!(right.lines().count(), conversation().len(), "checksums");
    assert_eq!(tshark("tcp.analysis.flags || _ws.malformed", &["frame.number"]), "");
}
