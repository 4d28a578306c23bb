use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use clap::ValueEnum;

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
    pub(super) fn loopback(self) -> IpAddr {
        match self {
            Self::Ipv4 => Ipv4Addr::LOCALHOST.into(),
            Self::Ipv6 => Ipv6Addr::LOCALHOST.into(),
        }
    }

    /// The addresses of servers and clients on the wire.
    pub(super) fn wire(self) -> [IpAddr; 2] {
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
