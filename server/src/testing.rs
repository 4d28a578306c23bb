//! What the tests share: a listener in memory, a client of exact bytes, and a server under a paused
//! clock.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use futures_util::stream;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::drain::{Policy, Signal};
use crate::listener::Listener;
use crate::{Drain, Report, Serve};

/// How many bytes a connection in memory holds in each direction.
const WINDOW: usize = 1024;

/// A listener in memory. It is sealed by the provided method of the trait.
#[derive(Debug)]
pub(crate) struct MemoryListener(UnboundedReceiver<io::Result<DuplexStream>>);

impl MemoryListener {
    pub(crate) fn new(accepted: UnboundedReceiver<io::Result<DuplexStream>>) -> Self {
        Self(accepted)
    }
}

impl Listener for MemoryListener {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> io::Result<(DuplexStream, ())> {
        match self.0.recv().await {
            Some(accepted) => accepted.map(|io| (io, ())),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A server under test, and everything that is done to it.
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

    /// `more` may add to the server before it starts.
    pub(crate) fn with(
        policy: Policy,
        app: Router,
        more: impl FnOnce(Serve<MemoryListener, Router>) -> Serve<MemoryListener, Router>,
    ) -> Self {
        Self::behind(policy, app, |listener| listener, more)
    }

    /// With another listener around the one in memory.
    pub(crate) fn behind<L: Listener>(
        policy: Policy,
        app: Router,
        wrap: impl FnOnce(MemoryListener) -> L,
        more: impl FnOnce(Serve<L, Router>) -> Serve<L, Router>,
    ) -> Self {
        let (queue, accepted) = unbounded_channel();
        let (signals, mut sent) = unbounded_channel();
        let serve = crate::serve(wrap(MemoryListener(accepted)), app)
            .policy(policy)
            .signals(stream::poll_fn(move |cx| sent.poll_recv(cx)));
        let server = tokio::spawn(more(serve).into_future());
        Self { queue, signals, server, started: Instant::now(), signalled: None }
    }

    /// Connects; the connection waits to be accepted.
    pub(crate) fn connect(&self) -> Client {
        Client(self.connect_wide(WINDOW))
    }

    /// Connects, with room for this many bytes in each direction.
    pub(crate) fn connect_wide(&self, window: usize) -> DuplexStream {
        let (ours, theirs) = duplex(window);
        // A listener that has been sealed drops what comes, as the network would refuse it.
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

    /// Sends SIGTERM, and lets everyone take notice of it.
    pub(crate) async fn terminate(&mut self) {
        self.signal(Signal::Terminate);
        settle().await;
    }

    /// How long ago the first signal was sent, or before it the start.
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

/// Lets every task run until all wait, without time passing.
pub(crate) async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// A client's end of a connection.
#[derive(Debug)]
pub(crate) struct Client<I = DuplexStream>(pub(crate) I);

impl<I: AsyncRead + AsyncWrite + Unpin> Client<I> {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("the server reads");
        settle().await;
    }

    pub(crate) async fn get(&mut self, path: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
    }

    /// Reads one whole answer with a `Content-Length`, and not a byte more.
    pub(crate) async fn answer(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.expect("a whole head"));
        }
        let head = String::from_utf8(head).expect("text").to_lowercase();
        let length = head.split("content-length: ").nth(1).expect("a length");
        let length = length.split("\r\n").next().and_then(|it| it.parse().ok()).expect("a number");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("a whole body");
        Answer { head, body: String::from_utf8(body).expect("text") }
    }

    /// Whether the server has closed without another byte. Waits for it.
    pub(crate) async fn closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.expect("no reset");
        rest.is_empty()
    }

    /// Whether there is nothing to read, not even the end, as things stand.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        settle().await;
        let mut byte = [0];
        let mut buf = tokio::io::ReadBuf::new(&mut byte);
        let io = &mut self.0;
        poll_fn(|cx| {
            let read = AsyncRead::poll_read(std::pin::Pin::new(&mut *io), cx, &mut buf);
            std::task::Poll::Ready(read.is_pending())
        })
        .await
    }
}

/// An answer: its head in lower case, and its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head[9..12].parse().expect("a status")
    }

    pub(crate) fn says_close(&self) -> bool {
        self.head.contains("\r\nconnection: close\r\n")
    }
}

/// A gate that holds handlers, and counts those who have come to it.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    permits: Arc<Semaphore>,
    reached: Arc<AtomicUsize>,
    waiting: Arc<()>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(0)),
            reached: Arc::default(),
            waiting: Arc::default(),
        }
    }

    /// A service whose `/held` waits at the gate, and whose `/` and `/health` do not.
    pub(crate) fn app(&self, drain: Drain) -> Router {
        let gate = self.clone();
        let held = move || async move {
            gate.pass().await;
            "held"
        };
        let gate = self.clone();
        let free = move || async move {
            gate.count();
            "free"
        };
        Router::new()
            .route("/held", axum::routing::get(held).post(|_: String| async { "read" }))
            .route("/", axum::routing::get(free))
            .route("/health", crate::health(drain))
    }

    /// A route whose head leaves at once, without a word of closing, and whose body waits here.
    pub(crate) fn slow_body(&self) -> axum::routing::MethodRouter {
        let gate = self.clone();
        axum::routing::get(move || async move {
            let end = stream::once(async move {
                gate.pass().await;
                Ok::<_, std::convert::Infallible>("end")
            });
            axum::body::Body::from_stream(end)
        })
    }

    fn count(&self) {
        self.reached.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) async fn pass(&self) {
        self.count();
        let _waiting = Arc::clone(&self.waiting);
        self.permits.acquire().await.expect("open").forget();
    }

    pub(crate) fn let_go(&self, n: usize) {
        self.permits.add_permits(n);
    }

    /// How many handlers are at the gate now.
    pub(crate) fn waiting(&self) -> usize {
        Arc::strong_count(&self.waiting) - Arc::strong_count(&self.permits)
    }

    /// How many handlers have begun.
    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::Relaxed)
    }
}

pub(crate) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
