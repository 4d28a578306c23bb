use std::fmt;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use lastorders::{Policy, SealMethod};
use serde::Serialize;

/// When the peers give up on requests in flight, where they can. The same as in lastorders.
pub(super) const DEADLINE: Duration = Duration::from_secs(8);

/// One of the measured servers. It prints `listening on ADDRESS`, and shuts down on SIGTERM.
#[derive(Clone, Debug, Parser)]
#[command(name = "subject")]
pub struct Options {
    /// The server.
    #[arg(long, value_enum)]
    pub kind: ServerKind,
    /// The address to listen on; with port 0 the system chooses the port.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Serve on the listening socket at standard input, which stays open without this process.
    #[arg(long, conflicts_with = "listen")]
    pub inherit: bool,
    /// How many connections may wait in the accept queue.
    #[arg(long, default_value_t = 1024)]
    pub backlog: u32,
    /// The policy of lastorders; the peers have none.
    #[arg(long, value_enum, default_value = "default")]
    pub policy: PolicyChoice,
    /// The seal method with which lastorders closes its listener; by default the best possible one.
    #[arg(long, value_enum)]
    pub seal_method: Option<SealMethodChoice>,
    /// Worker threads. 1 is tokio's current-thread runtime, otherwise the multi-threaded one is
    /// used. By default one thread per processor.
    #[arg(long)]
    pub threads: Option<NonZero<usize>>,
    /// The processor to which this process is pinned.
    #[arg(long)]
    pub cpu: Option<usize>,
    /// The process that this one must not outlive.
    #[arg(long)]
    pub parent: Option<i32>,
}

/// The servers that are measured side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum ServerKind {
    /// `lastorders::serve`.
    Lastorders,
    /// `axum::serve` with its `with_graceful_shutdown`.
    Axum,
    /// hyper-util's connection builder and its `GracefulShutdown`.
    Hyper,
    /// The crate `axum-server`.
    AxumServer,
}

impl ServerKind {
    /// Every server, in the order of output.
    pub const ALL: [Self; 4] = [Self::Lastorders, Self::Axum, Self::Hyper, Self::AxumServer];

    /// The name on the command line and in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lastorders => "lastorders",
            Self::Axum => "axum",
            Self::Hyper => "hyper",
            Self::AxumServer => "axum-server",
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How lastorders treats the connections that it finds at the signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum PolicyChoice {
    /// [`Policy::default`], with its graces for idle and new connections and for handshakes.
    #[default]
    Default,
    /// Every grace is zero, as with the peers.
    Bare,
}

impl PolicyChoice {
    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Bare => "bare",
        }
    }

    /// The policy of the library.
    #[must_use]
    pub fn policy(self) -> Policy {
        let none = std::time::Duration::ZERO;
        match self {
            Self::Default => Policy::default(),
            Self::Bare => Policy::default()
                .handshake_grace(none)
                .idle_grace(none)
                .first_byte_grace(none)
                .linger(none),
        }
    }
}

/// A seal method of lastorders, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum SealMethodChoice {
    /// The socket is shared: a successor accepts on it.
    SharedSocket,
    /// New handshakes go to a full accept queue.
    FullSink,
    /// A filter drops new handshakes.
    SynFilter,
    /// Accept until the queue is empty, then close.
    AcceptUntilEmpty,
}

impl SealMethodChoice {
    /// The name in tables and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SharedSocket => "shared_socket",
            Self::FullSink => "full_sink",
            Self::SynFilter => "syn_filter",
            Self::AcceptUntilEmpty => "accept_until_empty",
        }
    }

    /// The seal method of the library.
    pub(super) fn method(self) -> SealMethod {
        match self {
            Self::SharedSocket => SealMethod::SharedSocket,
            Self::FullSink => SealMethod::FullSink,
            Self::SynFilter => SealMethod::SynFilter,
            Self::AcceptUntilEmpty => SealMethod::AcceptUntilEmpty,
        }
    }

    /// Whether this method loses nothing where a round trip takes time. The last method cannot
    /// promise that, because it resets handshakes under way.
    #[must_use]
    pub fn keeps_handshakes(self) -> bool {
        match self {
            Self::SharedSocket | Self::FullSink | Self::SynFilter => true,
            Self::AcceptUntilEmpty => false,
        }
    }
}
