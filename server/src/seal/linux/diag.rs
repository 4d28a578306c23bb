//! `NETLINK_SOCK_DIAG`, see `sock_diag(7)`.
//!
//! Messages are built and parsed by hand, because only two of fixed shape are needed.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

/// Types and flags of messages, from `linux/netlink.h` and `linux/sock_diag.h`.
const ERROR: u16 = 2;
const DONE: u16 = 3;
const BY_FAMILY: u16 = 20;
const REQUEST: u16 = 1;
const DUMP: u16 = 0x300;

/// `struct nlmsghdr`: length (4), type (2), flags (2), sequence (4) and port (4).
const HEADER: usize = 16;
/// `struct inet_diag_sockid`: ports (2, 2), addresses (16, 16), device (4) and cookie (8).
const ID: usize = 48;
/// Offset of the id in `struct inet_diag_req_v2`, after family, protocol, extensions, padding and
/// states (4).
const ID_IN_REQUEST: usize = HEADER + 8;
/// Offset of the id in `struct inet_diag_msg`, after family, state, timer and retransmits.
const ID_IN_ANSWER: usize = HEADER + 4;

const TCP: u8 = 6;
const SYN_RECV: u32 = 1 << 3;
const LISTEN: u32 = 1 << 10;

/// A netlink socket that queries the kernel for TCP sockets.
#[derive(Debug)]
pub(super) struct Diag(OwnedFd);

/// Which sockets of a port to list.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    /// Listening sockets.
    Listeners,
    /// Handshakes under way.
    Handshakes,
}

/// A socket: both ends of its connection, and its cookie.
///
/// An IPv4 address is the first four bytes, unless the listening socket is an IPv6 one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Id<'a> {
    pub(super) local: &'a [u8; 16],
    pub(super) remote: &'a [u8; 16],
    pub(super) remote_port: u16,
    pub(super) cookie: u64,
}

impl Diag {
    pub(super) fn open() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC;
        let protocol = Some(netlink::SOCK_DIAG);
        Ok(Self(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, protocol)?))
    }

    /// Lists matching sockets of the address's port and version of IP, and passes each to `take`.
    pub(super) fn ask(
        &self,
        address: SocketAddr,
        ask: Ask,
        mut take: impl FnMut(Id<'_>),
    ) -> io::Result<()> {
        send(&self.0, &request(address, ask), SendFlags::empty())?;
        let mut bytes = vec![0; 1 << 15];
        loop {
            // The kernel queues the whole answer before `send` returns, so no wait is needed.
            let (length, _) = recv(&self.0, bytes.as_mut_slice(), RecvFlags::DONTWAIT)?;
            let mut rest = &bytes[..length];
            while !rest.is_empty() {
                match Message::take(&mut rest)? {
                    Message::Socket(id) => take(id),
                    Message::Done => return Ok(()),
                }
            }
        }
    }
}

fn request(address: SocketAddr, ask: Ask) -> Vec<u8> {
    let states = match ask {
        Ask::Listeners => LISTEN,
        Ask::Handshakes => SYN_RECV,
    };
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let length = u32::try_from(ID_IN_REQUEST + ID).expect("72");
    let family = u8::try_from(family.as_raw()).expect("2 or 10");
    let mut bytes = Vec::with_capacity(ID_IN_REQUEST + ID);
    bytes.extend(length.to_ne_bytes());
    bytes.extend([BY_FAMILY, REQUEST | DUMP].map(u16::to_ne_bytes).as_flattened());
    bytes.extend([0; 8]);
    bytes.extend([family, TCP, 0, 0]);
    bytes.extend(states.to_ne_bytes());
    bytes.extend(address.port().to_be_bytes());
    // Port 0 stands for any peer port. The kernel ignores the rest of the id.
    bytes.resize(ID_IN_REQUEST + ID, 0);
    bytes
}

/// A message from the kernel.
#[derive(Debug, PartialEq, Eq)]
enum Message<'a> {
    Socket(Id<'a>),
    Done,
}

impl<'a> Message<'a> {
    /// Parses the first message of a datagram, and advances `rest` past it.
    fn take(rest: &mut &'a [u8]) -> io::Result<Self> {
        let malformed = || io::Error::new(io::ErrorKind::InvalidData, "malformed netlink message");
        let (length, kind) = split_header(rest).ok_or_else(malformed)?;
        let message = rest.get(..length).ok_or_else(malformed)?;
        *rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        match kind {
            BY_FAMILY => Id::of(message).map(Self::Socket).ok_or_else(malformed),
            ERROR | DONE => {
                let code = message.get(HEADER..).and_then(<[u8]>::first_chunk);
                match i32::from_ne_bytes(*code.ok_or_else(malformed)?) {
                    0 => Ok(Self::Done),
                    code => Err(io::Error::from_raw_os_error(code.wrapping_neg())),
                }
            }
            _ => Err(malformed()),
        }
    }
}

/// Returns length and type. A length shorter than a header is refused, because parsing would never
/// advance.
fn split_header(bytes: &[u8]) -> Option<(usize, u16)> {
    let length = u32::from_ne_bytes(*bytes.first_chunk()?);
    let length = usize::try_from(length).ok().filter(|length| *length >= HEADER)?;
    Some((length, u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?)))
}

impl<'a> Id<'a> {
    fn of(message: &'a [u8]) -> Option<Self> {
        let id: &[u8; ID] = message.get(ID_IN_ANSWER..)?.first_chunk()?;
        Some(Self {
            local: id[4..].first_chunk()?,
            remote: id[20..].first_chunk()?,
            remote_port: u16::from_be_bytes([id[2], id[3]]),
            cookie: cookie(id[40..].first_chunk()?),
        })
    }
}

/// The kernel sends a cookie as two 32-bit words, the lower one first.
fn cookie(bytes: &[u8; 8]) -> u64 {
    let [a, b, c, d, e, f, g, h] = *bytes;
    let [lower, upper] = [[a, b, c, d], [e, f, g, h]].map(u32::from_ne_bytes).map(u64::from);
    upper << 32 | lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_netlink_messages_are_errors() {
        let mut whole = [0; ID_IN_ANSWER + ID];
        whole[0] = u8::try_from(whole.len()).expect("68");
        whole[4] = 20;
        assert!(matches!(Message::take(&mut &whole[..]), Ok(Message::Socket(_))));
        for cut in 1..whole.len() {
            assert!(Message::take(&mut &whole[..cut]).is_err(), "{cut} bytes");
        }
        // Lengths 0 and 15 are shorter than a header, and type 99 was not requested.
        for (at, value) in [(0, 0), (0, 15), (4, 99)] {
            let mut wrong = whole;
            wrong[at] = value;
            assert!(Message::take(&mut &wrong[..]).is_err(), "{at}: {value}");
        }
    }

    #[test]
    fn netlink_error_message_is_an_error() {
        let error = |code: i32| {
            let mut message = [0; 36];
            message[0] = 36;
            message[4] = 2;
            message[16..20].copy_from_slice(&code.to_ne_bytes());
            Message::take(&mut &message[..]).map(|_| ())
        };
        assert_eq!(error(-2).expect_err("no such thing").kind(), io::ErrorKind::NotFound);
        assert!(error(0).is_ok(), "an acknowledgement");
    }

    #[test]
    fn listener_is_found_by_its_cookie() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let ours = rustix::net::sockopt::socket_cookie(&listener).expect("any socket");
        let mut found = Vec::new();
        let diag = Diag::open().expect("netlink");
        diag.ask(address, Ask::Listeners, |id| found.push(id.cookie)).expect("netlink");
        assert_eq!(found, [ours]);
        diag.ask(address, Ask::Handshakes, |id| panic!("{id:?}")).expect("netlink");
    }
}
