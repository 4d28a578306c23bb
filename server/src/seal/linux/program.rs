//! Classic BPF programs, as data (kernel documentation, "Linux Socket Filtering").
//!
//! A program for a group of sockets returns an index in the group. It sees the segment's payload,
//! and reaches headers from the network header on. The program for a single socket returns how many
//! bytes to keep, and sees the TCP header.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use libc::sock_filter;

/// Flags of a segment, in the byte of the TCP header at offset [`FLAGS`].
const SYN: u32 = 0x02;
const ACK: u32 = 0x10;
const FLAGS: u32 = 13;

/// The TCP header begins with the source port. An IPv6 header has a fixed length.
const IPV6_HEADER: u32 = 40;
const TCP: u32 = 6;

/// Indexes in a group.
const FIRST: u32 = 0;
const SECOND: u32 = 1;

/// For a group: a SYN goes to the second socket, everything else to the first.
///
/// The rest is the last segment of handshakes by SYN cookie, which the first socket began. Segments
/// of handshakes in the kernel's tables do not pass this program. An IPv6 segment with extension
/// headers goes to the first socket.
pub(super) fn new_to_second() -> Vec<sock_filter> {
    let mut v4 = load_v4_header_length();
    v4.push(load_byte_after(FLAGS));
    let mut v6 = only_tcp_over_v6();
    v6.push(load_byte(IPV6_HEADER + FLAGS));
    for block in [&mut v4, &mut v6] {
        block.extend([and(SYN | ACK), jump_if(SYN, 0, 1), answer(SECOND), answer(FIRST)]);
    }
    by_version(v4, v6)
}

/// For a group: segments from these two addresses go to the second socket, everything else to the
/// first. Both addresses must have the same IP address.
pub(super) fn from_to_second(sources: [SocketAddr; 2]) -> Vec<sock_filter> {
    let ports = sources.map(|source| u32::from(source.port()));
    let from_ports =
        [jump_if(ports[0], 1, 0), jump_if(ports[1], 0, 1), answer(SECOND), answer(FIRST)];
    match sources[0].ip() {
        IpAddr::V4(ip) => {
            let mut v4 = vec![load_word(12)];
            v4.extend(or_first(ip.to_bits()));
            v4.extend(load_v4_header_length());
            v4.push(load_half_after(0));
            v4.extend(from_ports);
            by_version(v4, vec![answer(FIRST)])
        }
        IpAddr::V6(ip) => {
            let mut v6 = only_tcp_over_v6();
            for (at, word) in (8..).step_by(4).zip(words(ip)) {
                v6.push(load_word(at));
                v6.extend(or_first(word));
            }
            v6.push(load_half(IPV6_HEADER));
            v6.extend(from_ports);
            by_version(vec![answer(FIRST)], v6)
        }
    }
}

/// For a socket: a SYN is dropped, everything else is kept.
pub(super) fn drop_new() -> Vec<sock_filter> {
    vec![
        statement(libc::BPF_LD | libc::BPF_B | libc::BPF_ABS, FLAGS),
        and(SYN | ACK),
        jump_if(SYN, 0, 1),
        answer(0),
        answer(u32::MAX),
    ]
}

/// For a socket: everything is dropped.
#[cfg(test)]
pub(super) fn nothing() -> Vec<sock_filter> {
    vec![answer(0)]
}

/// Jumps to the block of the packet's IP version. Other packets go to the first socket.
fn by_version(v4: Vec<sock_filter>, v6: Vec<sock_filter>) -> Vec<sock_filter> {
    let mut program = vec![load_byte(0), alu(libc::BPF_RSH, 4), jump_unless(4, &v4)];
    program.extend(v4);
    program.push(jump_unless(6, &v6));
    program.extend(v6);
    program.push(answer(FIRST));
    program
}

/// Loads the length of the IPv4 header, options included, into the index register.
fn load_v4_header_length() -> Vec<sock_filter> {
    let tax = statement(libc::BPF_MISC | libc::BPF_TAX, 0);
    vec![load_byte(0), and(0xf), alu(libc::BPF_LSH, 2), tax]
}

fn only_tcp_over_v6() -> Vec<sock_filter> {
    let mut program = vec![load_byte(6)];
    program.extend(or_first(TCP));
    program
}

/// Continues if the accumulator has this value, otherwise answers with the first socket.
fn or_first(value: u32) -> [sock_filter; 2] {
    [jump_if(value, 1, 0), answer(FIRST)]
}

fn words(ip: Ipv6Addr) -> [u32; 4] {
    let [a, b, c, d, e, f, g, h] = ip.segments().map(u32::from);
    [a << 16 | b, c << 16 | d, e << 16 | f, g << 16 | h]
}

fn load_byte(at: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_B | libc::BPF_ABS, in_network_header(at))
}

fn load_half(at: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_H | libc::BPF_ABS, in_network_header(at))
}

fn load_word(at: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, in_network_header(at))
}

/// Loads the byte at this offset after the index register.
fn load_byte_after(at: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_B | libc::BPF_IND, in_network_header(at))
}

fn load_half_after(at: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_H | libc::BPF_IND, in_network_header(at))
}

fn in_network_header(at: u32) -> u32 {
    libc::SKF_NET_OFF.cast_unsigned() + at
}

fn and(mask: u32) -> sock_filter {
    alu(libc::BPF_AND, mask)
}

fn alu(operation: u32, value: u32) -> sock_filter {
    statement(libc::BPF_ALU | operation | libc::BPF_K, value)
}

/// Skips `then` instructions if the accumulator has this value, and `otherwise` if not.
fn jump_if(value: u32, then: u8, otherwise: u8) -> sock_filter {
    let code = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    sock_filter { jt: then, jf: otherwise, ..statement(code, value) }
}

/// Skips the block that follows unless the accumulator has this value.
fn jump_unless(value: u32, block: &[sock_filter]) -> sock_filter {
    jump_if(value, 0, u8::try_from(block.len()).expect("blocks are short"))
}

fn answer(value: u32) -> sock_filter {
    statement(libc::BPF_RET | libc::BPF_K, value)
}

fn statement(code: u32, k: u32) -> sock_filter {
    sock_filter { code: u16::try_from(code).expect("codes are short"), jt: 0, jf: 0, k }
}
