//! Runs the programs in an interpreter of the few instructions that they use. `steering` tests that
//! the kernel interprets them in the same way.

use std::net::{IpAddr, SocketAddr};

use libc::sock_filter;

use crate::seal::linux::program;

const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;
const ECN: u8 = 64 + 128;

/// A segment: its network header, and the offset of the TCP header.
struct Segment {
    bytes: Vec<u8>,
    tcp: usize,
}

impl Segment {
    fn new(from: &str, flags: u8, before_tcp: &[u8]) -> Self {
        let from: SocketAddr = from.parse().expect("an address");
        let (mut bytes, protocol) = match from.ip() {
            IpAddr::V4(ip) => {
                let words = u8::try_from(5 + before_tcp.len() / 4).expect("few options");
                let mut header = vec![0; 20];
                header[0] = 4 << 4 | words;
                header[9] = 6;
                header[12..16].copy_from_slice(&ip.octets());
                (header, 9)
            }
            IpAddr::V6(ip) => {
                let mut header = vec![0; 40];
                header[0] = 6 << 4;
                header[6] = if before_tcp.is_empty() { 6 } else { 0 };
                header[8..24].copy_from_slice(&ip.octets());
                (header, 6)
            }
        };
        assert!(bytes[protocol] == 6 || !before_tcp.is_empty());
        bytes.extend(before_tcp);
        let tcp = bytes.len();
        bytes.extend(from.port().to_be_bytes());
        bytes.extend([0; 11]);
        bytes.push(flags);
        bytes.extend([0; 6]);
        Self { bytes, tcp }
    }

    /// Loads as the kernel does: offsets far below zero are in the network header.
    fn load(&self, at: u32, size: usize) -> u32 {
        let at = at.cast_signed();
        let at = if at < 0 {
            usize::try_from(at - libc::SKF_NET_OFF).expect("in the network header")
        } else {
            self.tcp + usize::try_from(at).expect("not negative")
        };
        self.bytes[at..at + size].iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
    }
}

fn run(program: &[sock_filter], segment: &Segment) -> u32 {
    let (mut a, mut x, mut at) = (0_u32, 0_u32, 0);
    loop {
        let sock_filter { code, jt, jf, k } = program[at];
        at += 1;
        match code {
            0x06 => return k,
            0x07 => x = a,
            0x15 => at += usize::from(if a == k { jt } else { jf }),
            0x20 => a = segment.load(k, 4),
            0x28 => a = segment.load(k, 2),
            0x30 => a = segment.load(k, 1),
            0x48 => a = segment.load(k.wrapping_add(x), 2),
            0x50 => a = segment.load(k.wrapping_add(x), 1),
            0x54 => a &= k,
            0x64 => a <<= k,
            0x74 => a >>= k,
            _ => panic!("no instruction of ours: {code:#x}"),
        }
    }
}

/// Bytes before the TCP header: none, and eight bytes of IPv4 options or of an IPv6 extension
/// header.
const PLAIN: &[u8] = &[];
const MORE: &[u8] = &[6, 0, 1, 4, 0, 0, 0, 0];

#[test]
fn program_sends_only_syn_to_the_second_socket() {
    // Source, flags, bytes before the TCP header, index in the group.
    let table = [
        ("192.0.2.1:5000", SYN, PLAIN, 1),
        ("192.0.2.1:5000", SYN | ECN, PLAIN, 1),
        ("192.0.2.1:5000", SYN, MORE, 1),
        ("192.0.2.1:5000", ACK, PLAIN, 0),
        ("192.0.2.1:5000", SYN | ACK, PLAIN, 0),
        ("192.0.2.1:5000", RST, MORE, 0),
        ("[2001:db8::1]:5000", SYN, PLAIN, 1),
        ("[2001:db8::1]:5000", SYN | ECN, PLAIN, 1),
        ("[2001:db8::1]:5000", ACK, PLAIN, 0),
        ("[2001:db8::1]:5000", RST, PLAIN, 0),
        // The program does not parse extension headers, so it cannot find the flags.
        ("[2001:db8::1]:5000", SYN, MORE, 0),
    ];
    for (from, flags, before, place) in table {
        let segment = Segment::new(from, flags, before);
        assert_eq!(run(&program::new_to_second(), &segment), place, "{from} {flags} {before:?}");
    }
}

#[test]
fn program_sends_only_two_sources_to_the_second_socket() {
    let sources = |of: [&str; 2]| of.map(|it| it.parse().expect("an address"));
    let v4 = sources(["127.0.0.1:5000", "127.0.0.1:5001"]);
    let v6 = sources(["[::1]:5000", "[::1]:5001"]);
    // Source, bytes before the TCP header, index by the IPv4 and by the IPv6 program.
    let table = [
        ("127.0.0.1:5000", PLAIN, 1, 0),
        ("127.0.0.1:5001", PLAIN, 1, 0),
        ("127.0.0.1:5001", MORE, 1, 0),
        ("127.0.0.1:5002", PLAIN, 0, 0),
        // Another host with the same port.
        ("192.0.2.1:5000", PLAIN, 0, 0),
        ("[::1]:5000", PLAIN, 0, 1),
        ("[::1]:5001", PLAIN, 0, 1),
        ("[::1]:5002", PLAIN, 0, 0),
        // Other hosts whose address differs in one word.
        ("[2001:db8::1]:5000", PLAIN, 0, 0),
        ("[0:0:1::1]:5000", PLAIN, 0, 0),
        ("[::1:0:1]:5000", PLAIN, 0, 0),
        ("[::2]:5000", PLAIN, 0, 0),
    ];
    for (from, before, by_v4, by_v6) in table {
        for flags in [SYN, ACK] {
            let segment = Segment::new(from, flags, before);
            assert_eq!(run(&program::from_to_second(v4), &segment), by_v4, "{from}");
            assert_eq!(run(&program::from_to_second(v6), &segment), by_v6, "{from}");
        }
    }
}

#[test]
fn filter_drops_only_syn() {
    for from in ["192.0.2.1:5000", "[2001:db8::1]:5000"] {
        for before in [PLAIN, MORE] {
            for (flags, kept) in [(SYN, 0), (SYN | ECN, 0), (ACK, u32::MAX), (SYN | ACK, u32::MAX)]
            {
                let segment = Segment::new(from, flags, before);
                assert_eq!(run(&program::drop_new(), &segment), kept, "{from} {flags}");
            }
        }
    }
}
