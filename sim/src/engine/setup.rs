use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// What a run is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The hosts' names; [`Host`] is the place in this list. Links belong to pairs of hosts, so a
    /// client whose link is to have a life of its own is a host of its own. At most 250.
    pub hosts: Vec<String>,
    /// Seeds the runtime: the order of `select!` and the like. Without it no run is like another,
    /// which only the audit's own test wants.
    pub tokio_seed: Option<u64>,
    /// Of every link, each way, until [`Net::latency`](super::Net::latency) changes it.
    pub latency: Duration,
    /// What `listen` is told: a listener keeps one more connection than this that is not accepted
    /// yet, as on Linux. A handshake under way counts.
    pub backlog: usize,
    /// How many bytes a socket takes from its program before a write must wait.
    pub send_buffer: usize,
    /// How many unread bytes a socket keeps before its peer must wait; at most 65,535, for the
    /// simulated TCP has no window scaling.
    pub receive_buffer: usize,
    /// The virtual time at which the run ends as `Overtime`.
    pub max_time: Duration,
    /// How many polls of tasks and packets together before the run ends as `Livelock`.
    pub max_events: u64,
}

impl Setup {
    /// These hosts, and else: seed 0, 500 microseconds each way, a backlog of 128, buffers of
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

/// A host: its place in [`Setup::hosts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(pub u8);

impl Host {
    /// Its address, 10.0.0.1 for the first host. The same on both engines.
    #[must_use]
    pub fn ip(self) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, self.0 + 1)
    }

    /// One of its ports.
    #[must_use]
    pub fn addr(self, port: u16) -> SocketAddr {
        SocketAddr::from((self.ip(), port))
    }

    /// Whose address this is, if it is a host's.
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
