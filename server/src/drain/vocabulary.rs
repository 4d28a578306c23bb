use std::fmt;

use super::ConnState;

/// A signal that asks the process to shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// SIGTERM, from an orchestrator. A repeated SIGTERM is ignored, because some process wrappers
    /// deliver the signal twice.
    Terminate,
    /// SIGINT, from a person at a terminal. If SIGINT began the shutdown, a second SIGINT cuts
    /// everything at once.
    Interrupt,
}

/// Why a shutdown began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The process received a signal.
    Signal(Signal),
    /// An essential task panicked: the accept loop, or a tracked task marked essential.
    Panic,
    /// The application called [`ShutdownHandle::begin`](crate::ShutdownHandle::begin).
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

/// An event that the driver of a [`Machine`](super::Machine) reports.
///
/// Every input is legal at any time. The machine ignores an input that contradicts the counts, such
/// as the end of a request that never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Input {
    /// The process received a signal.
    Signalled(Signal),
    /// An essential task panicked.
    Panicked,
    /// The application begins the shutdown.
    Begin,
    /// A connection was accepted.
    Opened,
    /// A connection left HTTP.
    Upgraded,
    /// The server has sent its FIN on a connection, which lingers from now on.
    Shut,
    /// A connection was closed. The value is its last state.
    Closed(ConnState),
    /// A request's head was read.
    RequestStarted,
    /// The response of a request was written, or its connection was closed.
    RequestEnded,
    /// A tracked task began.
    TaskStarted,
    /// A tracked task ended.
    TaskEnded,
    /// The listener is closed, and each of its connections was reported by
    /// [`Opened`](Self::Opened).
    Sealed,
    /// The current release ended.
    Released(ReleaseOutcome),
    /// The time of [`Machine::deadline`](super::Machine::deadline) has come.
    Tick,
}

/// How the release of a resource ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReleaseOutcome {
    /// The release succeeded.
    Done,
    /// The release returned an error.
    Failed,
    /// The release panicked.
    Panicked,
    /// The release did not end within its bound, or within the time for all releases.
    TimedOut,
    /// The release did not begin, because the time for all releases was over.
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

/// A step that the driver of a [`Machine`](super::Machine) performs. The order of the actions
/// matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Declare the server unready: from now on `/health` answers 503.
    FailReadiness,
    /// Announce the close on every connection: `Connection: close` in each response, or GOAWAY.
    AnswerWithClose,
    /// From now on answer new requests with 503.
    RefuseWork,
    /// Close the listener without losing a handshake, then report
    /// [`Input::Sealed`](super::Input::Sealed).
    Seal,
    /// Close connections that have not sent a byte, now and whenever the driver finds one.
    CloseSilent,
    /// Close connections between two requests, now and whenever a connection becomes idle.
    CloseIdle,
    /// Close the listener if it is still open, and cut every connection, request and tracked task.
    AbortRemaining,
    /// Release the resource with this index in the list given to
    /// [`Machine::new`](super::Machine::new), then report
    /// [`Input::Released`](super::Input::Released).
    Release(usize),
    /// Abandon the release of the resource with this index, because its time is over.
    Abandon(usize),
    /// End: the shutdown is complete.
    Finish,
}
