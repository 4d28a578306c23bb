use std::fmt;

use super::ConnState;

/// A request to shut down, from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// SIGTERM: an orchestrator. Repeated ones are ignored, because wrappers deliver twice.
    Terminate,
    /// SIGINT: a person at a terminal. A second one during a shutdown that one began cuts
    /// everything short.
    Interrupt,
}

/// Why a shutdown began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// A signal came.
    Signal(Signal),
    /// A task that matters panicked: the accept loop, or a tracked task marked essential.
    Panic,
    /// The application began it itself.
    Application,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signal(Signal::Terminate) => "SIGTERM",
            Self::Signal(Signal::Interrupt) => "SIGINT",
            Self::Panic => "panic",
            Self::Application => "application",
        })
    }
}

/// What happened. Every input is legal at any time; one that contradicts the counts, such as the
/// end of a request that never began, is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Input {
    /// A signal came.
    Signalled(Signal),
    /// A task that matters panicked.
    Panicked,
    /// The application begins the shutdown itself.
    Begin,
    /// A connection was accepted.
    Opened,
    /// A connection left HTTP.
    Upgraded,
    /// A connection's write side was shut, in good order; it lingers.
    Shut,
    /// A connection is gone from the stage it was in.
    Closed(ConnState),
    /// A request's head was read.
    RequestStarted,
    /// A request's response was written, or its client or its connection has gone.
    RequestEnded,
    /// A tracked task began.
    TaskStarted,
    /// A tracked task ended.
    TaskEnded,
    /// The listener is closed, and every connection it had has been reported by
    /// [`Opened`](Self::Opened).
    Sealed,
    /// The release under way ended.
    Released(ReleaseOutcome),
    /// Time has passed, and nothing else happened.
    Tick,
}

/// How the release of a resource ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReleaseOutcome {
    /// It said so itself.
    Done,
    /// It reported an error.
    Failed,
    /// It panicked.
    Panicked,
    /// It did not end within its bound.
    TimedOut,
    /// Its turn did not come before the time for all releases was over.
    Skipped,
}

impl ReleaseOutcome {
    /// The outcome's name in reports and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed out",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for ReleaseOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
