use std::fmt;

/// A phase of a shutdown.
///
/// The variants are declared in their order in time. A shutdown only moves forward, and enters each
/// phase at most once. It may skip phases: [`LameDuck`](Self::LameDuck) when its length is zero,
/// [`Aborting`](Self::Aborting) when everything finished in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// The server works as usual. It waits for a signal, the panic of an essential task, or a call
    /// of the application.
    Serving,
    /// The server is unready, but still accepts and answers, so that load balancers can notice. It
    /// waits for the policy's `lame_duck` to pass.
    LameDuck,
    /// The server closes the listener without losing handshakes under way. It waits for
    /// [`Input::Sealed`](super::Input::Sealed).
    Sealing,
    /// The server accepts no connections. It waits for the last connection, request and tracked
    /// task.
    Draining,
    /// The deadline has passed or a second SIGINT came, and the server has cut everything. It waits
    /// until everything has ended, at most [`ABORT_GRACE`](super::ABORT_GRACE).
    Aborting,
    /// Nothing is in flight. The server releases pools and other resources, one after the other. It
    /// waits for the last release.
    Releasing,
    /// The shutdown is complete.
    Done,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 7] = [
        Self::Serving,
        Self::LameDuck,
        Self::Sealing,
        Self::Draining,
        Self::Aborting,
        Self::Releasing,
        Self::Done,
    ];

    /// The phase's name in reports and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::LameDuck => "lame duck",
            Self::Sealing => "sealing",
            Self::Draining => "draining",
            Self::Aborting => "aborting",
            Self::Releasing => "releasing",
            Self::Done => "done",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
