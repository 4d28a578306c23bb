use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use super::{Reply, Server};

/// A step that takes its time.
pub(crate) type Step<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a server stops, step by step. Every default is right; a defect overrides one.
pub(crate) trait Behaviour: Debug + Send + Sync {
    /// Whether SIGTERM is handled at all.
    fn handles_sigterm(&self) -> bool {
        true
    }

    /// The first thing done about the signal, before anything can be seen from outside.
    fn on_signal<'a>(&'a self, _server: &'a Server) -> Step<'a, ()> {
        done()
    }

    /// What is done about each later signal.
    fn on_another_signal(&self) {}

    /// What becomes of the listener.
    fn listener_end(&self) -> ListenerEnd {
        ListenerEnd::Sealed
    }

    /// How long new requests are answered with 503 before the listener is sealed: long enough for
    /// the 503 to be seen.
    fn lame_duck(&self) -> Duration {
        Duration::from_millis(500)
    }

    /// Whether `/health` says that all is well.
    fn is_healthy(&self, phase: Phase) -> bool {
        phase == Phase::Serving
    }

    /// Does the work of one `POST /work`.
    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        Box::pin(server.work(name))
    }

    /// Whether a connection of this class is closed as soon as no request is being served on it.
    fn closes(&self, _class: Class) -> bool {
        true
    }

    /// How long after the signal requests in flight are aborted. Well below the 10 s after which
    /// an orchestrator kills.
    fn deadline(&self) -> Option<Duration> {
        Some(Duration::from_secs(8))
    }

    /// Whether a connection of this class is aborted at the deadline.
    fn aborts(&self, _class: Class) -> bool {
        true
    }

    /// Gives back what the requests needed.
    fn release<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        Box::pin(server.store.close())
    }

    /// The last thing done.
    fn before_exit<'a>(&'a self, _server: &'a Server) -> Step<'a, ()> {
        done()
    }

    /// The exit status.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// Where the server is on its way; it only moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// All is well.
    Serving,
    /// New requests are refused.
    LameDuck,
    /// The listener is closed, and so is each connection when it is idle.
    Closing,
    /// What is left is cut.
    Aborting,
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// No request has come yet.
    New,
    /// A request is being served.
    Active,
    /// Its requests are answered, and it is kept alive.
    Idle,
}

/// What becomes of the listener after the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListenerEnd {
    /// It is accepted from to the end of the lame duck, emptied, and closed.
    Sealed,
    /// It stays open, and nothing is accepted from it any more.
    LeftOpen,
}

/// A step with nothing to do.
pub(crate) fn done<'a>() -> Step<'a, ()> {
    Box::pin(std::future::ready(()))
}
