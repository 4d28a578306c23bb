use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use futures_util::future::try_join;
use tokio::net::{TcpSocket, TcpStream};

/// How many connections overfill an accept queue of length 1.
///
/// One connection would overfill a queue of length 0. But the kernel takes such a queue for a SYN
/// flood, and logs a warning.
pub(super) const PLUGS: u32 = 2;

/// Our own connections that fill the sink's accept queue. They are never accepted.
#[derive(Debug)]
pub(super) struct Plugs {
    sockets: (TcpSocket, TcpSocket),
    sources: [SocketAddr; 2],
    to: SocketAddr,
}

impl Plugs {
    /// Binds the sockets to addresses of their own, without connecting them.
    pub(super) fn to(to: SocketAddr) -> io::Result<Self> {
        let ((one, its), (other, others)) = (plug(to)?, plug(to)?);
        Ok(Self { sockets: (one, other), sources: [its, others], to })
    }

    /// The addresses that the connections come from.
    pub(super) fn sources(&self) -> [SocketAddr; 2] {
        self.sources
    }

    pub(super) async fn connect(self) -> io::Result<(TcpStream, TcpStream)> {
        let (one, other) = self.sockets;
        try_join(one.connect(self.to), other.connect(self.to)).await
    }
}

/// Binds a socket to a free port of the target's own IP address.
fn plug(to: SocketAddr) -> io::Result<(TcpSocket, SocketAddr)> {
    let socket = socket_for(to)?;
    let mut from = to;
    from.set_port(0);
    socket.bind(from)?;
    let from = socket.local_addr()?;
    Ok((socket, from))
}

/// A TCP socket of the address's family.
pub(super) fn socket_for(address: SocketAddr) -> io::Result<TcpSocket> {
    match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }
}

/// The address at which this process reaches a listening socket. A socket that listens on all
/// addresses is reached over the loopback device. A socket for both versions of IP is reached by
/// IPv4, which every loopback device has.
pub(super) fn reachable(listening: SocketAddr, only_v6: bool) -> SocketAddr {
    let ip = match listening.ip().to_canonical() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V6(_) if only_v6 => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => Ipv4Addr::LOCALHOST.into(),
    };
    if ip == listening.ip() {
        // `listening` keeps the scope that a link-local address needs.
        return listening;
    }
    SocketAddr::new(ip, listening.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listener_on_all_addresses_is_reached_over_loopback() {
        // Where it listens, whether for IPv6 only, where it is reached.
        let table = [
            ("0.0.0.0:80", false, "127.0.0.1:80"),
            ("192.0.2.1:80", false, "192.0.2.1:80"),
            ("[::]:80", true, "[::1]:80"),
            ("[::]:80", false, "127.0.0.1:80"),
            ("[::1]:80", true, "[::1]:80"),
            ("[::ffff:192.0.2.1]:80", false, "192.0.2.1:80"),
            ("[fe80::1%7]:80", true, "[fe80::1%7]:80"),
        ];
        for (listening, only_v6, reached) in table {
            let [listening, reached]: [SocketAddr; 2] =
                [listening, reached].map(|it| it.parse().expect("an address"));
            assert_eq!(reachable(listening, only_v6), reached);
        }
    }
}
