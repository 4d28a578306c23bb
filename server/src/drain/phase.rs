use std::fmt;

/// Where a shutdown stands.
///
/// Declaration order is the order in time: a phase is only ever left for a later one, and each is
/// entered at most once. Phases may be skipped: [`LameDuck`](Self::LameDuck) when its length is
/// zero, [`Aborting`](Self::Aborting) when everything finished in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Work as usual. Awaits a signal, the panic of a task that matters, or the
    /// application's wish.
    Serving,
    /// Unready, but still accepting and answering, so that whoever routes to us can notice. Awaits
    /// the policy's `lame_duck`.
    LameDuck,
    /// The door is being closed without losing handshakes under way. Awaits
    /// [`Input::Sealed`](super::Input::Sealed).
    Sealing,
    /// No new connections. Awaits the last connection, request and tracked task.
    Draining,
    /// The deadline has passed or a second SIGINT came; what was left has been cut. Awaits that it
    /// is gone.
    Aborting,
    /// Nothing is in flight. Pools and other resources are released one after the other. Awaits the
    /// last of them.
    Releasing,
    /// Nothing is left to do. Nothing follows.
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
