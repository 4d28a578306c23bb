use std::fmt;
use std::net::SocketAddr;
use std::num::NonZero;

use clap::{Parser, ValueEnum};
use lastorders::{Policy, SealMethod};
use serde::Serialize;

/// One of the measured servers. It prints `listening on ADDRESS`, and shuts down on SIGTERM.
#[derive(Clone, Debug, Parser)]
#[command(name = "subject")]
pub struct Options {
    /// Which server.
    #[arg(long, value_enum)]
    pub kind: Kind,
    /// Where it listens; port 0 lets the system choose.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Serve on the listening socket that is standard input, which stays open without this process.
    #[arg(long, conflicts_with = "listen")]
    pub inherit: bool,
    /// How many connections may wait to be accepted.
    #[arg(long, default_value_t = 1024)]
    pub backlog: u32,
    /// The policy of lastorders; the peers have none.
    #[arg(long, value_enum, default_value = "default")]
    pub policy: PolicyChoice,
    /// The method of its ladder on which lastorders closes its listener; by default the best one
    /// that is possible.
    #[arg(long, value_enum)]
    pub method: Option<SealMethodChoice>,
    /// The runtime's worker threads: 1 is tokio's current-thread runtime, otherwise its
    /// multi-threaded one. Without it, as many as there are processors.
    #[arg(long)]
    pub threads: Option<NonZero<usize>>,
    /// The one processor that it keeps to.
    #[arg(long)]
    pub cpu: Option<usize>,
    /// The process that this one must not outlive.
    #[arg(long)]
    pub parent: Option<i32>,
}

/// The servers that are measured side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Kind {
    /// `lastorders::serve`.
    Lastorders,
    /// `axum::serve` with its `with_graceful_shutdown`.
    Axum,
    /// hyper-util's connection builder and its `GracefulShutdown`.
    Hyper,
    /// The crate `axum-server`.
    AxumServer,
}

impl Kind {
    /// All of them, in the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Lastorders, Self::Axum, Self::Hyper, Self::AxumServer];

    /// As the command line and the tables call it.
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

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What lastorders does for the connections it finds at the signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum PolicyChoice {
    /// [`Policy::default`]: a last request, a last byte, a last handshake.
    #[default]
    Default,
    /// Every grace is zero, which is what the peers do.
    Bare,
}

impl PolicyChoice {
    /// As the command line calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Bare => "bare",
        }
    }

    /// The policy itself.
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

/// A method of the ladder on which lastorders closes its listener, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum SealMethodChoice {
    /// The socket is not the server's alone: a successor accepts on it.
    SharedSocket,
    /// New handshakes go to a queue that is full.
    FullSink,
    /// New handshakes are dropped by a filter.
    SynFilter,
    /// Accept until nothing waits, then close.
    AcceptUntilEmpty,
}

impl SealMethodChoice {
    /// As tables and reports call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SharedSocket => "shared_socket",
            Self::FullSink => "full_sink",
            Self::SynFilter => "syn_filter",
            Self::AcceptUntilEmpty => "accept_until_empty",
        }
    }

    /// As lastorders calls it.
    pub(super) fn method(self) -> SealMethod {
        match self {
            Self::SharedSocket => SealMethod::SharedSocket,
            Self::FullSink => SealMethod::FullSink,
            Self::SynFilter => SealMethod::SynFilter,
            Self::AcceptUntilEmpty => SealMethod::AcceptUntilEmpty,
        }
    }

    /// Whether nothing may be lost by it where a round trip takes time. The last method cannot
    /// promise that: it resets the handshakes under way.
    #[must_use]
    pub fn spares_handshakes(self) -> bool {
        match self {
            Self::SharedSocket | Self::FullSink | Self::SynFilter => true,
            Self::AcceptUntilEmpty => false,
        }
    }
}
