use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::AbortHandle;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Host;

/// What the code inside of a simulation uses instead of the operating system.
///
/// Sockets are used by tasks of the host that they belong to (a connection by the host it was
/// connected from, an accepted one by the listener's host). Asking for what the engine cannot do
/// ends the run as [`Ended::Unsupported`].
pub trait Net: Clone + Debug + Send + Sync + 'static {
    /// A listening socket. Dropped, it resets what waits in its queue.
    type Listener: Debug + Send + Sync + 'static;
    /// A connection. Dropped, it is closed: with a FIN, or with a reset if bytes are unread.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + Debug + 'static;

    /// Whether [`Net::sockets`] and [`Net::filter_syn`] can be asked for.
    const SHOWS_KERNEL: bool;

    /// The virtual time since the start of the run, the same on all hosts.
    fn now(&self) -> Duration;

    /// Waits for that virtual time; at once if it has passed. To the nanosecond on engine `event`,
    /// whereas the timers of tokio go in whole milliseconds there, as in the real world. Cancel
    /// safe.
    fn sleep_until(&self, at: Duration) -> impl Future<Output = ()> + Send + use<Self>;

    /// Runs a future as a task of that host. What it spawns with `tokio::spawn` belongs to the host
    /// too. Dropping the handle detaches the task.
    fn spawn<F>(&self, host: Host, task: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Marks the task that runs now, and whatever it spawns from here on, until it is marked
    /// otherwise.
    fn mark(&self, mark: u16);

    /// The mark of the task that runs now. On engine `turmoil`, whose runtimes do not say which
    /// task spawned which, it is the last that any task was given.
    fn marked(&self) -> Option<u16>;

    /// How many tasks of that host are alive: those that were spawned, and what they spawned.
    fn tasks(&self, host: Host) -> usize;

    /// Listens on a port of that host, with the backlog of the setup.
    ///
    /// # Errors
    /// Somebody listens there.
    fn listen(
        &self,
        host: Host,
        port: u16,
    ) -> impl Future<Output = io::Result<Self::Listener>> + Send;

    /// Takes the connection that has waited longest, and its peer's address. Cancel safe.
    ///
    /// # Errors
    /// The listener is of no use any more.
    fn accept(
        &self,
        listener: &Self::Listener,
    ) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// Connects to a port of another host. Dropping the future gives the connection up.
    ///
    /// # Errors
    /// Nobody listens there, or the listener went away before the handshake was done. A lost SYN is
    /// no error: it is not sent again, and this waits until the caller loses patience.
    fn connect(
        &self,
        from: Host,
        to: Host,
        port: u16,
    ) -> impl Future<Output = io::Result<Self::Stream>> + Send + use<Self>;

    /// This side's address of a connection.
    fn local_addr(&self, stream: &Self::Stream) -> SocketAddr;

    /// The other side's address of a connection.
    fn peer_addr(&self, stream: &Self::Stream) -> SocketAddr;

    /// Closes a connection with a reset, after what was written already.
    fn reset(&self, stream: Self::Stream);

    /// From now on packets from the one host to the other take that long. Within a connection and
    /// direction packets never overtake one another, so a shorter latency comes into force behind
    /// what is under way.
    fn latency(&self, from: Host, to: Host, latency: Duration);

    /// From now on packets from the one host to the other are kept, until [`Net::heal`]. What is
    /// under way arrives.
    fn hold(&self, from: Host, to: Host);

    /// From now on packets from the one host to the other are lost, until [`Net::heal`]. Nothing is
    /// sent again: a connection that lost a packet is dead, in that direction at least.
    fn cut(&self, from: Host, to: Host);

    /// Ends a hold or a cut. What was held arrives at once, or when its latency is over, if that is
    /// later.
    fn heal(&self, from: Host, to: Host);

    /// From now on the port's SYNs are lost on arrival, as those of a listener with a SYN filter
    /// are, and come again a second later, until the listener is closed. Handshakes under way go
    /// on.
    fn filter_syn(&self, host: Host, port: u16);

    /// A look at the host's sockets, in the order in which they were made.
    fn sockets(&self, host: Host) -> Vec<Socket>;
}

/// A spawned task. Awaiting it gives its output. Dropping it detaches the task.
#[derive(Debug)]
pub struct Task<T>(Inner<T>);

/// The task gave no output: it was aborted, it panicked (which ends the run), or the run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task was stopped")]
pub struct Stopped;

#[derive(Debug)]
enum Inner<T> {
    Joined(JoinHandle<T>),
    Afar { output: oneshot::Receiver<T>, abort: AbortHandle },
}

impl<T> Task<T> {
    /// A task of this thread's runtime.
    pub(super) fn joined(handle: JoinHandle<T>) -> Self {
        Self(Inner::Joined(handle))
    }

    /// A task of another runtime.
    pub(super) fn afar(output: oneshot::Receiver<T>, abort: AbortHandle) -> Self {
        Self(Inner::Afar { output, abort })
    }

    /// Stops the task at its next await; its future is dropped.
    pub fn abort(&self) {
        match &self.0 {
            Inner::Joined(handle) => handle.abort(),
            Inner::Afar { abort, .. } => abort.abort(),
        }
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, Stopped>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            Inner::Joined(handle) => Pin::new(handle).poll(cx).map_err(|_| Stopped),
            Inner::Afar { output, .. } => Pin::new(output).poll(cx).map_err(|_| Stopped),
        }
    }
}

/// One socket of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Socket {
    /// Its own address.
    pub local: SocketAddr,
    /// The other side's; none of a listener.
    pub peer: Option<SocketAddr>,
    /// Where it stands.
    pub state: SocketState,
    /// Bytes that came and were not read. Of a listener: connections in its queue.
    pub unread: usize,
    /// Bytes that were written and not acknowledged. Of a listener: its backlog.
    pub unsent: usize,
    /// Whether a program holds it. A connection that none holds waits in an accept queue, is in its
    /// handshake, or was closed and is not through with it.
    pub held: bool,
}

/// Where a socket stands, in the words of TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "these are the names that everybody knows")]
pub enum SocketState {
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    LastAck,
    Closing,
    Closed,
}

impl Socket {
    /// Whether it is a connection that nobody has accepted yet.
    #[must_use]
    pub fn queued(&self) -> bool {
        !self.held && matches!(self.state, SocketState::Established | SocketState::CloseWait)
    }
}
