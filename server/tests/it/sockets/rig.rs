use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::{any, post};
use futures_util::stream;
use lastorders::{Listener, Policy, Report, ShutdownHandle, Signal};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::http::send_get;
use crate::within::within;

/// A policy whose durations are longer than any test waits, so nothing ends because of time.
pub(crate) fn patient() -> Policy {
    let long = Duration::from_secs(600);
    let policy = Policy::default().idle_grace(long).first_byte_grace(long).linger(long);
    policy.deadline(long)
}

/// Like [`patient`], but idle connections are closed as soon as the listener is.
pub(crate) fn brisk() -> Policy {
    patient().idle_grace(Duration::ZERO).first_byte_grace(Duration::ZERO)
}

/// A server in this process.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shutdown: ShutdownHandle,
    signals: UnboundedSender<Signal>,
    serving: JoinHandle<Report>,
}

impl Server {
    pub(crate) async fn start(policy: Policy, app: Router) -> Self {
        Self::start_with(policy, app, |listener| listener).await
    }

    /// `wrap` may wrap the real listener in another one.
    pub(crate) async fn start_with<L: Listener>(
        policy: Policy,
        app: Router,
        wrap: impl FnOnce(TcpListener) -> L,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (signals, mut sent) = unbounded_channel();
        let shutdown = ShutdownHandle::new();
        let serve = lastorders::serve(wrap(listener), app)
            .policy(policy)
            .shutdown_handle(shutdown.clone())
            .signals(stream::poll_fn(move |cx| sent.poll_recv(cx)));
        Self { address, shutdown, signals, serving: tokio::spawn(serve.into_future()) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server listens")
    }

    /// A client whose request waits at the gate.
    pub(crate) async fn held(&self, work: &Work) -> TcpStream {
        let mut client = self.connect().await;
        send_get(&mut client, "/held").await.expect("sent");
        work.arrived().await;
        client
    }

    /// Sends a signal. On a single-threaded runtime the server notices it at the next await.
    pub(crate) fn signal(&self, signal: Signal) {
        self.signals.send(signal).expect("the server runs");
    }

    /// Sends SIGTERM, and waits until the drain has begun.
    pub(crate) async fn terminate(&self) {
        self.signal(Signal::Terminate);
        within("the drain to begin", self.shutdown.draining()).await;
    }

    /// Cuts everything, as a second SIGINT or the deadline does.
    pub(crate) async fn cut(&self) {
        self.signal(Signal::Interrupt);
        within("the drain to begin", self.shutdown.draining()).await;
        self.signal(Signal::Interrupt);
    }

    pub(crate) fn is_done(&self) -> bool {
        self.serving.is_finished()
    }

    pub(crate) async fn report(self) -> Report {
        within("the drain to end", self.serving).await.expect("no panic")
    }
}

/// Handlers that are counted. Some wait at a gate, and report when they are dropped there.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    executed: Arc<AtomicUsize>,
    arrived: Arc<Semaphore>,
    gate: Arc<Semaphore>,
    dropped: Arc<Semaphore>,
}

impl Work {
    pub(crate) fn new() -> Self {
        let none = || Arc::new(Semaphore::new(0));
        Self { executed: Arc::default(), arrived: none(), gate: none(), dropped: none() }
    }

    /// `/` answers at once, and `/held` waits at the gate first. Both answer `size` bytes. `/echo`
    /// answers with the body of the request.
    pub(crate) fn app(&self, size: usize) -> Router {
        let (free, held, echo) = (self.clone(), self.clone(), self.clone());
        let echo = move |body: String| {
            echo.executed.fetch_add(1, Ordering::SeqCst);
            async { body }
        };
        let free = move || {
            free.executed.fetch_add(1, Ordering::SeqCst);
            async move { "x".repeat(size) }
        };
        let held = move || async move {
            held.executed.fetch_add(1, Ordering::SeqCst);
            let mut guard = Guard { dropped: Arc::clone(&held.dropped), armed: true };
            held.arrived.add_permits(1);
            held.gate.acquire().await.expect("open").forget();
            guard.armed = false;
            "x".repeat(size)
        };
        Router::new().route("/", any(free)).route("/held", any(held)).route("/echo", post(echo))
    }

    /// How many handlers have begun.
    pub(crate) fn executed(&self) -> usize {
        self.executed.load(Ordering::SeqCst)
    }

    /// Waits until one more handler has reached the gate.
    pub(crate) async fn arrived(&self) {
        let one = within("a handler to reach the gate", self.arrived.acquire()).await;
        one.expect("open").forget();
    }

    pub(crate) fn let_go(&self, n: usize) {
        self.gate.add_permits(n);
    }

    /// Waits until one more handler has been dropped at the gate.
    pub(crate) async fn dropped(&self) {
        let one = within("a handler to be dropped", self.dropped.acquire()).await;
        one.expect("open").forget();
    }
}

struct Guard {
    dropped: Arc<Semaphore>,
    armed: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.armed {
            self.dropped.add_permits(1);
        }
    }
}
