use std::io;
use std::time::Duration;

use axum::Router;
use futures_util::stream;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Client, MemoryListener};
use crate::drain::{Policy, Signal};
use crate::listener::Listener;
use crate::{Report, Serve};

/// How many bytes an in-memory connection buffers in each direction.
const WINDOW: usize = 1024;

/// A server under test, with the senders of its connections and signals.
pub(crate) struct Rig {
    queue: UnboundedSender<io::Result<DuplexStream>>,
    signals: UnboundedSender<Signal>,
    server: JoinHandle<Report>,
    started: Instant,
    signalled: Option<Instant>,
}

impl Rig {
    pub(crate) fn new(policy: Policy, app: Router) -> Self {
        Self::with(policy, app, |serve| serve)
    }

    /// `more` may configure the server before it starts.
    pub(crate) fn with(
        policy: Policy,
        app: Router,
        more: impl FnOnce(Serve<MemoryListener, Router>) -> Serve<MemoryListener, Router>,
    ) -> Self {
        Self::behind(policy, app, |listener| listener, more)
    }

    /// Wraps the in-memory listener in another listener.
    pub(crate) fn behind<L: Listener>(
        policy: Policy,
        app: Router,
        wrap: impl FnOnce(MemoryListener) -> L,
        more: impl FnOnce(Serve<L, Router>) -> Serve<L, Router>,
    ) -> Self {
        let (queue, accepted) = unbounded_channel();
        let (signals, mut sent) = unbounded_channel();
        let serve = crate::serve(wrap(MemoryListener::new(accepted)), app)
            .policy(policy)
            .signals(stream::poll_fn(move |cx| sent.poll_recv(cx)));
        let server = tokio::spawn(more(serve).into_future());
        Self { queue, signals, server, started: Instant::now(), signalled: None }
    }

    /// Connects; the connection waits to be accepted.
    pub(crate) fn connect(&self) -> Client {
        Client(self.connect_wide(WINDOW))
    }

    /// Connects, with a buffer of `window` bytes in each direction.
    pub(crate) fn connect_wide(&self, window: usize) -> DuplexStream {
        let (ours, theirs) = duplex(window);
        // A sealed listener drops the connection, as the network would refuse it.
        let _ = self.queue.send(Ok(theirs));
        ours
    }

    /// Makes the next accept fail.
    pub(crate) fn fail_accept(&self, error: io::Error) {
        self.queue.send(Err(error)).expect("the listener is open");
    }

    pub(crate) fn signal(&mut self, signal: Signal) {
        self.signalled.get_or_insert_with(Instant::now);
        self.signals.send(signal).expect("the server runs");
    }

    /// Sends SIGTERM, and runs all tasks until they have handled it.
    pub(crate) async fn terminate(&mut self) {
        self.signal(Signal::Terminate);
        settle().await;
    }

    /// The time since the first signal, or since the start if none was sent.
    pub(crate) fn elapsed(&self) -> Duration {
        self.signalled.unwrap_or(self.started).elapsed()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.server.is_finished()
    }

    pub(crate) async fn report(self) -> Report {
        self.server.await.expect("the server does not panic")
    }

    /// Ends the server as if its future had been dropped.
    pub(crate) async fn drop_server(self) {
        self.server.abort();
        assert!(self.server.await.is_err());
    }
}

pub(crate) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Runs all tasks until every one of them waits. No time passes.
pub(crate) async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}
