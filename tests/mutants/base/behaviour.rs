use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use super::{Reply, Server};

/// An asynchronous step.
pub(crate) type Step<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a server stops, step by step. Every default is correct; a defect overrides a step.
pub(crate) trait Behaviour: Debug + Send + Sync {
    /// Whether the server handles SIGTERM.
    fn handles_sigterm(&self) -> bool {
        true
    }

    /// Runs first after the signal, before a client can see the shutdown.
    fn on_signal<'a>(&'a self, _server: &'a Server) -> Step<'a, ()> {
        done()
    }

    /// Runs on each later signal.
    fn on_another_signal(&self) {}

    /// What the server does with the listener.
    fn listener_end(&self) -> ListenerEnd {
        ListenerEnd::Sealed
    }

    /// How long new requests get a 503 before the listener is sealed. A client must have time to
    /// see the 503.
    fn lame_duck(&self) -> Duration {
        Duration::from_millis(500)
    }

    /// Whether `/health` answers 200.
    fn is_healthy(&self, phase: Phase) -> bool {
        phase == Phase::Serving
    }

    /// Handles one `POST /work`.
    fn work<'a>(&'a self, server: &'a Server, name: String) -> Step<'a, Reply> {
        Box::pin(server.work(name))
    }

    /// Whether a connection of this class is closed as soon as it serves no request.
    fn closes(&self, _class: Class) -> bool {
        true
    }

    /// Time from the signal to the abort of requests in flight. Well below the 10 s after which an
    /// orchestrator kills.
    fn deadline(&self) -> Option<Duration> {
        Some(Duration::from_secs(8))
    }

    /// Whether a connection of this class is aborted at the deadline.
    fn aborts(&self, _class: Class) -> bool {
        true
    }

    /// Releases the store.
    fn release<'a>(&'a self, server: &'a Server) -> Step<'a, ()> {
        Box::pin(server.store.close())
    }

    /// Runs last, before the exit.
    fn before_exit<'a>(&'a self, _server: &'a Server) -> Step<'a, ()> {
        done()
    }

    /// The exit status.
    fn exit_code(&self) -> u8 {
        0
    }
}

/// The phase of the server. Phases only advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// The server serves as usual.
    Serving,
    /// New requests get a 503.
    LameDuck,
    /// The listener is closed, and each connection closes when it is idle.
    Closing,
    /// The remaining connections are aborted.
    Aborting,
}

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// No request has arrived yet.
    New,
    /// A request is in flight.
    Active,
    /// All requests are answered, and the connection is kept alive.
    Idle,
}

/// What the server does with the listener after the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListenerEnd {
    /// Accept until the end of the lame duck, empty the queue, and close.
    Sealed,
    /// Keep the listener open, and accept nothing from it.
    LeftOpen,
}

/// A step that does nothing.
pub(crate) fn done<'a>() -> Step<'a, ()> {
    Box::pin(std::future::ready(()))
}
