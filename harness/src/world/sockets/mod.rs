//! The kernel's view of TCP sockets.
//!
//! * `socket`: one socket of the kernel, from either source
//! * `diag`: by netlink, whose cost does not depend on the machine's other connections
//! * `table`: by `/proc/net/tcp`, if a sandbox refuses netlink; 3 ms a look on an idle machine

mod diag;
mod socket;
mod table;

use std::collections::HashSet;
use std::io;

use self::socket::Socket;

/// The ports on which a process listens, each with its socket's inode.
pub(crate) fn listening() -> io::Result<HashSet<(u16, u64)>> {
    diag::listening().or_else(|_| table::listening())
}

/// Every connected socket whose remote port is this, and then every one whose local port is this.
pub(crate) fn of_port(port: u16) -> io::Result<Vec<Socket>> {
    diag::of_port(port).or_else(|_| table::of_port(port))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    type Listening = fn() -> io::Result<HashSet<(u16, u64)>>;
    type OfPort = fn(u16) -> io::Result<Vec<Socket>>;

    /// Both sources must agree.
    const WAYS: [(Listening, OfPort); 2] =
        [(diag::listening, diag::of_port), (table::listening, table::of_port)];

    #[test]
    fn ipv4_listener_is_listed_until_it_is_closed() {
        is_listed_until_it_is_closed("127.0.0.1:0");
    }

    #[test]
    #[ignore = "needs IPv6; tests/integration runs it"]
    fn ipv6_listener_is_listed_until_it_is_closed() {
        is_listed_until_it_is_closed("[::1]:0");
    }

    fn is_listed_until_it_is_closed(host: &str) {
        for (listening, _) in WAYS {
            let listener = TcpListener::bind(host).unwrap();
            let port = listener.local_addr().unwrap().port();
            let seen = || listening().unwrap().iter().any(|(p, inode)| *p == port && *inode > 0);
            assert!(seen(), "{host}");
            drop(listener);
            assert!(!seen(), "{host}");
        }
    }

    #[test]
    fn sockets_show_unread_bytes_and_unaccepted_connections() {
        for (_, of_port) in WAYS {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
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
            let other_side = of_port(port).unwrap().into_iter().any(|s| s.local == client_port);
            assert!(other_side);
        }
    }
}
