use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use rustix::net::sockopt;
use tokio::net::TcpListener;

use super::diag::{Ask, Diag, Id};
use super::skipped::{Skipped, Step};

/// The handshakes of one listening socket, as the kernel shows them.
///
/// No descriptor is held: each query opens a netlink socket and closes it. A held descriptor may be
/// the last one of the process, and queued connections could not be accepted.
#[derive(Debug)]
pub(super) struct Handshakes {
    address: SocketAddr,
}

impl Handshakes {
    /// Fails where the kernel does not show us this very socket: in a sandbox, or when the socket
    /// belongs to another network namespace.
    pub(super) fn of(listener: &TcpListener) -> Result<Self, Skipped> {
        let address = listener.local_addr().step("read the socket's address")?;
        let ours = sockopt::socket_cookie(listener).step("read the socket's cookie")?;
        let mut found = false;
        let diag = Diag::open().step("open a netlink socket")?;
        let asked = diag.ask(address, Ask::Listeners, |id| found |= id.cookie == ours);
        asked.step("ask for sockets by netlink")?;
        found.then_some(Self { address }).ok_or(Skipped::OtherNamespace)
    }

    /// The peers of all handshakes that have begun and not ended. IPv4 peers are IPv4 addresses,
    /// even if the listener is an IPv6 one.
    ///
    /// Handshakes by SYN cookie are missing, because the kernel keeps no state of them.
    pub(super) fn under_way(&self) -> io::Result<HashSet<SocketAddr>> {
        let mut peers = HashSet::new();
        Diag::open()?.ask(self.address, Ask::Handshakes, |id| peers.extend(self.peer(&id)))?;
        Ok(peers)
    }

    /// The peer, unless the handshake belongs to another socket with our port.
    fn peer(&self, id: &Id<'_>) -> Option<SocketAddr> {
        let ours = self.address.ip();
        let is_ours = ours.is_unspecified() || ours.to_canonical() == self.ip(id.local);
        is_ours.then(|| SocketAddr::new(self.ip(id.remote), id.remote_port))
    }

    fn ip(&self, bytes: &[u8; 16]) -> IpAddr {
        match self.address {
            SocketAddr::V4(_) => {
                let [a, b, c, d, ..] = *bytes;
                IpAddr::from([a, b, c, d])
            }
            SocketAddr::V6(_) => Ipv6Addr::from(*bytes).to_canonical(),
        }
    }
}

/// Normalizes an address as [`Handshakes::under_way`] does.
pub(super) fn canonical(peer: SocketAddr) -> SocketAddr {
    SocketAddr::new(peer.ip().to_canonical(), peer.port())
}
