use std::fmt;
use std::time::Duration;

use crate::bench::error::{Context, Error};
use crate::process::{Ended, Launch, Process};
use crate::subject::{PolicyChoice, ServerKind};

/// A server in a figure. Ours takes part with one of two policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PolicyVariant {
    /// The server.
    pub kind: ServerKind,
    /// Only ours has a policy; the peers have the default here.
    pub policy: PolicyChoice,
}

impl PolicyVariant {
    /// For figures that do not depend on the policy.
    pub(crate) const SERVING: [Self; 4] = [
        Self { kind: ServerKind::Lastorders, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Axum, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Hyper, policy: PolicyChoice::Default },
        Self { kind: ServerKind::AxumServer, policy: PolicyChoice::Default },
    ];

    /// For figures of the shutdown.
    pub(crate) const STOPPING: [Self; 5] = [
        Self { kind: ServerKind::Lastorders, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Lastorders, policy: PolicyChoice::Bare },
        Self { kind: ServerKind::Axum, policy: PolicyChoice::Default },
        Self { kind: ServerKind::Hyper, policy: PolicyChoice::Default },
        Self { kind: ServerKind::AxumServer, policy: PolicyChoice::Default },
    ];

    /// How this server is started: with one worker thread per processor, and no emulator.
    pub(crate) fn launch(self) -> Launch {
        Launch::new(self.kind, self.policy)
    }

    /// Starts this server as [`launch`](Self::launch) says, and waits until it listens.
    pub(crate) fn start(self) -> Result<Process, Error> {
        Process::start(self.launch()).to("start a server")
    }
}

/// Waits until a server ends, which it must do within this time and with exit code 0.
pub(crate) fn expect_success(server: Process, within: Duration) -> Result<Ended, Error> {
    let ended = server.wait(within).to("wait for a server")?;
    match ended.status {
        Some(status) if status.success() => Ok(ended),
        Some(status) => Err(Error::Wrong(format!("the server ended with {status}"))),
        None => Err(Error::Wrong(format!("the server did not end within {within:?} of SIGTERM"))),
    }
}

impl fmt::Display for PolicyVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.policy {
            PolicyChoice::Default => f.write_str(self.kind.name()),
            PolicyChoice::Bare => write!(f, "{} {}", self.kind, self.policy.name()),
        }
    }
}
