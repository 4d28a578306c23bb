//! What the kernel says of TCP sockets: `/proc/net/tcp` and `/proc/net/tcp6`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

const LISTEN: u8 = 0x0a;

/// No machine that is worth a verdict has a longer table.
const LONGEST_TABLE: u64 = 64 << 20;

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Socket {
    pub(crate) local: u16,
    pub(crate) remote: u16,
    pub(crate) state: u8,
    /// Bytes given to the kernel and not yet acknowledged by the peer's.
    pub(crate) unsent: u64,
    /// Bytes that the process has not read; of a listener, connections not accepted.
    pub(crate) unread: u64,
    /// 0: no process holds it, as in the accept queue.
    pub(crate) inode: u64,
}

impl Socket {
    /// Reads a line such as
    /// `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 …`.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let port = |field: &str| u16::from_str_radix(field.rsplit_once(':')?.1, 16).ok();
        let local = port(fields.next()?)?;
        let remote = port(fields.next()?)?;
        let state = u8::from_str_radix(fields.next()?, 16).ok()?;
        let (unsent, unread) = fields.next()?.split_once(':')?;
        Some(Self {
            local,
            remote,
            state,
            unsent: u64::from_str_radix(unsent, 16).ok()?,
            unread: u64::from_str_radix(unread, 16).ok()?,
            inode: fields.nth(4)?.parse().ok()?,
        })
    }
}

/// The ports on which anything listens, each with its socket's inode.
pub(crate) fn listening() -> io::Result<HashSet<(u16, u64)>> {
    let mut ports = HashSet::new();
    // The kernel lists listeners first, so the many established ones are never read.
    each(|socket| {
        let listens = socket.state == LISTEN;
        if listens {
            ports.insert((socket.local, socket.inode));
        }
        listens
    })?;
    Ok(ports)
}

/// Every socket with this port at either end, but listeners.
pub(crate) fn of_port(port: u16) -> io::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    each(|socket| {
        if socket.state != LISTEN && (socket.local == port || socket.remote == port) {
            sockets.push(socket);
        }
        true
    })?;
    Ok(sockets)
}

fn each(mut take: impl FnMut(Socket) -> bool) -> io::Result<()> {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let file = match File::open(table) {
            Ok(file) => file,
            // A kernel without IPv6 has no second table.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for line in BufReader::new(file.take(LONGEST_TABLE)).lines().skip(1) {
            let Some(socket) = Socket::parse(&line?) else { continue };
            if !take(socket) {
                break;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_table_is_read() {
        let line = "   0: 0100007F:1F90 0200007F:0016 01 0000000A:00000003 00:00000000 00000000  \
                    1000        0 4242 1 0000000000000000 100 0 0 10 0";
        let expected =
            Socket { local: 8080, remote: 22, state: 1, unsent: 10, unread: 3, inode: 4242 };
        assert_eq!(Socket::parse(line), Some(expected));
        assert_eq!(Socket::parse("garbage"), None);
    }

    #[test]
    fn a_listener_is_seen_until_it_is_closed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = || listening().unwrap().iter().any(|(p, _)| *p == port);
        assert!(seen());
        drop(listener);
        assert!(!seen());
    }

    #[test]
    fn unread_bytes_and_unaccepted_connections_are_seen() {
        use std::io::Write as _;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        client.write_all(b"hello").unwrap();
        let client_port = client.local_addr().unwrap().port();
        let find = || {
            let sockets = of_port(port).unwrap();
            sockets.into_iter().find(|s| s.local == port && s.remote == client_port).unwrap()
        };
        assert_eq!((find().unread, find().inode), (5, 0));
        let (mut accepted, _) = listener.accept().unwrap();
        assert_ne!(find().inode, 0);
        accepted.read_exact(&mut [0; 5]).unwrap();
        assert_eq!(find().unread, 0);
    }
}
