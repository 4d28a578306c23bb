//! `/proc/net/tcp` and `/proc/net/tcp6`, see `proc_pid_net(5)`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};

use super::socket::Socket;

const LISTEN: u8 = 0x0a;
const TIME_WAIT: u8 = 0x06;

/// The limit for one table, in bytes; about 400,000 connections.
const LONGEST_TABLE: u64 = 64 << 20;

/// One line of the table.
struct SocketLine {
    socket: Socket,
    state: u8,
}

impl SocketLine {
    /// Parses a line such as
    /// `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 …`.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let port = |field: &str| u16::from_str_radix(field.rsplit_once(':')?.1, 16).ok();
        let local = port(fields.next()?)?;
        let remote = port(fields.next()?)?;
        let state = u8::from_str_radix(fields.next()?, 16).ok()?;
        let (unsent, unread) = fields.next()?.split_once(':')?;
        let socket = Socket {
            local,
            remote,
            unsent: u64::from_str_radix(unsent, 16).ok()?,
            unread: u64::from_str_radix(unread, 16).ok()?,
            inode: fields.nth(4)?.parse().ok()?,
        };
        Some(Self { socket, state })
    }
}

pub(super) fn listening() -> io::Result<HashSet<(u16, u64)>> {
    let mut ports = HashSet::new();
    // The kernel lists listeners first, so the read stops at the first connection.
    each(|SocketLine { socket, state }| {
        let listens = state == LISTEN;
        if listens {
            ports.insert((socket.local, socket.inode));
        }
        listens
    })?;
    Ok(ports)
}

pub(super) fn of_port(port: u16) -> io::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    // Clients first, as in `diag`.
    for end in [|socket: Socket| socket.remote, |socket: Socket| socket.local] {
        each(|SocketLine { socket, state }| {
            if state != LISTEN && state != TIME_WAIT && end(socket) == port {
                sockets.push(socket);
            }
            true
        })?;
    }
    Ok(sockets)
}

fn each(mut take: impl FnMut(SocketLine) -> bool) -> io::Result<()> {
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let file = match File::open(table) {
            Ok(file) => file,
            // A kernel without IPv6 has no second table.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for line in BufReader::new(file.take(LONGEST_TABLE)).lines().skip(1) {
            let Some(line) = SocketLine::parse(&line?) else { continue };
            if !take(line) {
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
    fn line_of_the_table_is_parsed() {
        let text = "   0: 0100007F:1F90 0200007F:0016 01 0000000A:00000003 00:00000000 00000000  \
                    1000        0 4242 1 0000000000000000 100 0 0 10 0";
        let line = SocketLine::parse(text).unwrap();
        let socket = Socket { local: 8080, remote: 22, unsent: 10, unread: 3, inode: 4242 };
        assert_eq!((line.socket, line.state), (socket, 1));
        assert!(SocketLine::parse("garbage").is_none());
    }
}
