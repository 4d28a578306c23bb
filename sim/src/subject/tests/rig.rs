use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream;
use lastorders::{Policy, ShutdownHandle, Signal};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::app::{Seen, app};
use crate::case::Sealing;
use crate::subject::{Exit, Parts, Resource, SimListener, Subject, serve};

/// Longer than any shutdown here.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// A server and the controls of a test.
pub(super) struct Rig {
    queue: UnboundedSender<DuplexStream>,
    signals: UnboundedSender<Signal>,
    server: JoinHandle<(Exit, Instant)>,
    pub(super) seen: Seen,
    released: Arc<AtomicBool>,
    signalled: Option<Instant>,
}

impl Rig {
    pub(super) fn new(subject: Subject) -> Self {
        Self::with(subject, Policy::default(), Duration::ZERO)
    }

    /// `release`: how long the resource takes to close.
    pub(super) fn with(subject: Subject, policy: Policy, release: Duration) -> Self {
        let (queue, accepted) = unbounded_channel();
        let (signals, mut sent) = unbounded_channel();
        let drain = ShutdownHandle::new();
        let (app, seen) = app(drain.clone());
        let released = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&released);
        let parts = Parts {
            listener: Memory(accepted),
            sealing: Sealing::SynFilter,
            signals: Box::pin(stream::poll_fn(move |cx| sent.poll_recv(cx))),
            policy,
            drain,
            app,
            resources: vec![Resource::new("pool", move || async move {
                flag.store(true, Ordering::Relaxed);
                tokio::time::sleep(release).await;
            })],
            observer: Box::new(|_| {}),
        };
        let server = tokio::spawn(async move { (serve(subject, parts).await, Instant::now()) });
        Self { queue, signals, server, seen, released, signalled: None }
    }

    /// Connects. The connection waits in the accept queue.
    pub(super) fn connect(&self) -> Client {
        let (ours, theirs) = duplex(64 << 10);
        // A closed listener refuses the connection.
        let _ = self.queue.send(theirs);
        Client(ours)
    }

    pub(super) fn released(&self) -> bool {
        self.released.load(Ordering::Relaxed)
    }

    /// A connection with a request that waits at the gate.
    pub(super) async fn held(&self) -> Client {
        let mut client = self.connect();
        client.get("/held").await;
        client
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        self.signalled.get_or_insert_with(Instant::now);
        // A server that has ended does not receive the signal.
        let _ = self.signals.send(signal);
    }

    /// Sends SIGTERM and lets all tasks react.
    pub(super) async fn terminate(&mut self) {
        self.signal(Signal::Terminate);
        settle().await;
    }

    /// The exit code and the time since the first signal; `None` if the server never exits.
    pub(super) async fn exit(self) -> Option<(i32, Duration)> {
        let ended = timeout(FOR_EVER, self.server).await.ok()?;
        let (exit, at) = ended.expect("the server does not panic");
        Some((exit.code, at - self.signalled.expect("there was a signal")))
    }
}

/// Methods that only the tests in `injected` use.
#[cfg(lastorders_sim)]
impl Rig {
    pub(super) fn is_listening(&self) -> bool {
        !self.queue.is_closed()
    }

    /// A connection after one answer.
    pub(super) async fn idle(&self) -> Client {
        let mut client = self.connect();
        client.get("/health").await;
        assert_eq!(client.answer().await.as_deref(), Some(r#"{"status":"ok"}"#));
        client
    }

    /// Time from the first signal to the exit.
    pub(super) async fn took(self) -> Duration {
        self.exit().await.map_or(FOR_EVER, |(_, took)| took)
    }
}

/// The client's side of a connection.
pub(super) struct Client(DuplexStream);

impl Client {
    /// Sends if the connection is open.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref()).await;
        settle().await;
    }

    pub(super) async fn get(&mut self, path: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: sim\r\n\r\n")).await;
    }

    /// Reads until the input ends with these bytes; `None` if the connection ends first.
    pub(super) async fn until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        let mut read = Vec::new();
        while !read.ends_with(end) {
            read.push(self.0.read_u8().await.ok()?);
        }
        Some(read)
    }

    /// Reads a number of four bytes.
    pub(super) async fn number(&mut self) -> u32 {
        self.0.read_u32().await.expect("four bytes")
    }

    /// The head of an answer, in lower case.
    pub(super) async fn head(&mut self) -> Option<String> {
        let head = self.until(b"\r\n\r\n").await?;
        Some(String::from_utf8_lossy(&head).to_lowercase())
    }

    /// The body of an answer with a content length.
    pub(super) async fn answer(&mut self) -> Option<String> {
        let head = self.head().await?;
        let length = head.split("content-length: ").nth(1)?.split("\r\n").next()?;
        let mut body = vec![0; length.parse().ok()?];
        self.0.read_exact(&mut body).await.ok()?;
        String::from_utf8(body).ok()
    }

    /// Everything up to the end of the connection.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest).await;
        rest
    }
}

/// Lets every task run until all wait, without a step of the clock.
pub(super) async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

pub(super) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
    settle().await;
}

/// Runs a script on a runtime of its own, with tokio's paused clock.
pub(super) fn run<T>(script: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(script)
}

/// A listener in memory. Sent connections wait in its queue.
#[derive(Debug)]
struct Memory(UnboundedReceiver<DuplexStream>);

impl SimListener for Memory {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(io) => Ok((io, ([192, 168, 0, 2], 50_000).into())),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(([192, 168, 0, 1], 3000).into())
    }

    fn filter_syn(&mut self) {
        self.0.close();
    }
}
