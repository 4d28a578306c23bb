use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The input of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Names of the hosts. A [`Host`] is an index into this list. Links belong to pairs of hosts,
    /// so a client with a link of its own needs a host of its own. At most 250.
    pub hosts: Vec<String>,
    /// Seeds the runtime, and with it the order of `select!`. Without a seed no two runs are equal,
    /// which only the audit's own test wants.
    pub tokio_seed: Option<u64>,
    /// Latency of each link in each direction, until [`Net::latency`](super::Net::latency) changes
    /// it.
    pub latency: Duration,
    /// The argument of `listen`. As on Linux, a listener queues one connection more than this. A
    /// handshake in flight counts.
    pub backlog: usize,
    /// Size of a socket's send buffer, in bytes. A full buffer makes the writer wait.
    pub send_buffer: usize,
    /// Size of a socket's receive buffer, in bytes. A full buffer makes the peer wait. At most
    /// 65,535, because the simulated TCP has no window scaling.
    pub receive_buffer: usize,
    /// The virtual time at which the run ends as `Overtime`.
    pub max_time: Duration,
    /// The most polls of tasks plus packets before the run ends as `Livelock`.
    pub max_events: u64,
}

impl Setup {
    /// A setup of these hosts with seed 0, 500 microseconds each way, a backlog of 128, buffers of
    /// 65,535 bytes, ten minutes and a million events.
    #[must_use]
    pub fn new<S: Into<String>>(hosts: impl IntoIterator<Item = S>) -> Self {
        Self {
            hosts: hosts.into_iter().map(Into::into).collect(),
            tokio_seed: Some(0),
            latency: Duration::from_micros(500),
            backlog: 128,
            send_buffer: 65_535,
            receive_buffer: 65_535,
            max_time: Duration::from_secs(600),
            max_events: 1_000_000,
        }
    }

    /// The host of this name.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<Host> {
        let place = self.hosts.iter().position(|host| host == name)?;
        u8::try_from(place).ok().map(Host)
    }
}

/// A host, as an index into [`Setup::hosts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(pub u8);

impl Host {
    /// The address, 10.0.0.1 for the first host. Both engines use the same addresses.
    #[must_use]
    pub fn ip(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, self.0 + 1)
    }

    /// The address with this port.
    #[must_use]
    pub fn addr(self, port: u16) -> SocketAddr {
        SocketAddr::from((self.ip(), port))
    }

    /// The host with this address, if there is one.
    #[must_use]
    pub fn of(ip: IpAddr) -> Option<Self> {
        match ip {
            IpAddr::V4(v4) => match v4.octets() {
                [10, 0, 0, last] => last.checked_sub(1).map(Self),
                _ => None,
            },
            IpAddr::V6(_) => None,
        }
    }
}
