use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::ValueEnum;

use super::forwarder::{Carried, Forwarder};
use super::lacking::Lacking;
use super::side::Side;
use super::wire;

/// The two ends of a network: one where servers listen, one from where clients connect.
#[derive(Debug)]
pub struct Network {
    /// Where servers listen.
    pub servers: Side,
    /// From where clients connect.
    pub clients: Side,
    address: IpAddr,
    forwarder: Option<Forwarder>,
}

/// The version of the Internet Protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Family {
    /// IPv4.
    #[default]
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Family {
    fn loopback(self) -> IpAddr {
        match self {
            Self::Ipv4 => Ipv4Addr::LOCALHOST.into(),
            Self::Ipv6 => Ipv6Addr::LOCALHOST.into(),
        }
    }

    /// The addresses of servers and clients on the wire.
    fn wire(self) -> [IpAddr; 2] {
        match self {
            Self::Ipv4 => [1, 2].map(|host| Ipv4Addr::new(10, 77, 0, host).into()),
            Self::Ipv6 => [1, 2].map(|host| Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, host).into()),
        }
    }

    pub(super) fn prefix(self) -> u8 {
        match self {
            Self::Ipv4 => 24,
            Self::Ipv6 => 64,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        })
    }
}

impl Network {
    /// This machine's loopback device, as it is.
    ///
    /// # Errors
    ///
    /// When a thread cannot be started.
    pub fn loopback(family: Family) -> Result<Self, Lacking> {
        let (servers, ()) = Side::start("servers", || Ok(()))?;
        let (clients, ()) = Side::start("clients", || Ok(()))?;
        Ok(Self { servers, clients, address: family.loopback(), forwarder: None })
    }

    /// Two network namespaces, and a wire between them on which every packet takes `delay`, each
    /// way. Nothing is set up outside of them, and they end with this process.
    ///
    /// # Errors
    ///
    /// When the environment does not allow namespaces or TUN devices.
    pub fn delayed(family: Family, delay: Duration) -> Result<Self, Lacking> {
        let [address, client] = family.wire();
        let (servers, clients, forwarder) = wire::between([address, client], family, delay)?;
        Ok(Self { servers, clients, address, forwarder: Some(forwarder) })
    }

    /// Where a server is to listen; the system chooses the port.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.address, 0)
    }

    /// Takes it down, and says what the wire has carried, if there is one.
    #[must_use]
    pub fn close(mut self) -> Option<Carried> {
        self.forwarder.take().map(|mut forwarder| forwarder.stop())
    }
}
