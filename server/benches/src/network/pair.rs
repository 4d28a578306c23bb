use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::family::Family;
use super::forwarder::{Forwarder, WireStats};
use super::side::Side;
use super::unavailable::Unavailable;
use super::wire;

/// The two ends of a network: servers listen at one, clients connect from the other.
#[derive(Debug)]
pub struct Network {
    /// The end where servers listen.
    pub servers: Side,
    /// The end from which clients connect.
    pub clients: Side,
    address: IpAddr,
    forwarder: Option<Forwarder>,
}

impl Network {
    /// Uses this machine's loopback device.
    ///
    /// # Errors
    ///
    /// When a thread cannot be started.
    pub fn loopback(family: Family) -> Result<Self, Unavailable> {
        let (servers, ()) = Side::start("servers", || Ok(()))?;
        let (clients, ()) = Side::start("clients", || Ok(()))?;
        Ok(Self { servers, clients, address: family.loopback(), forwarder: None })
    }

    /// Creates two network namespaces, and a wire between them that delays every packet by `delay`,
    /// in each direction. Nothing outside of the namespaces is changed, and they end with this
    /// process.
    ///
    /// # Errors
    ///
    /// When the environment does not allow namespaces or TUN devices.
    pub fn delayed(family: Family, delay: Duration) -> Result<Self, Unavailable> {
        let [address, client] = family.wire();
        let (servers, clients, forwarder) = wire::between([address, client], family, delay)?;
        Ok(Self { servers, clients, address, forwarder: Some(forwarder) })
    }

    /// The address for a server to listen on; the system chooses the port.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.address, 0)
    }

    /// Closes the network. Returns the statistics of the wire, if there is one.
    #[must_use]
    pub fn close(mut self) -> Option<WireStats> {
        self.forwarder.take().map(|mut forwarder| forwarder.stop())
    }
}
