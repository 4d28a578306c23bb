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

/// The interface that simulated code uses instead of the operating system.
///
/// A socket belongs to the host that connected it, or to the host of the listener that accepted it.
/// Only tasks of this host may use the socket. A request that the engine cannot serve ends the run
/// as [`Ended::Unsupported`](super::Ended::Unsupported).
pub trait Net: Clone + Debug + Send + Sync + 'static {
    /// A listening socket. Dropping the listener resets the connections in its queue.
    type Listener: Debug + Send + Sync + 'static;
    /// A connection. Dropping it sends a FIN, or a reset if bytes are unread.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + Debug + 'static;

    /// Whether the engine supports [`Net::sockets`] and [`Net::filter_syn`].
    const SHOWS_KERNEL: bool;

    /// The virtual time since the start of the run, the same on all hosts.
    fn now(&self) -> Duration;

    /// Waits until this virtual time. Returns at once if the time has passed. Cancel safe.
    ///
    /// The engine `event` is exact to the nanosecond here. Timers of tokio have whole milliseconds,
    /// as in the real world.
    fn sleep_until(&self, at: Duration) -> impl Future<Output = ()> + Send + use<Self>;

    /// Runs a future as a task of this host. Tasks that the future spawns with `tokio::spawn`
    /// belong to the host too. Dropping the handle detaches the task.
    fn spawn<F>(&self, host: Host, task: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Marks the current task, and all tasks that it spawns from here on, until the next mark.
    fn mark(&self, mark: u16);

    /// The mark of the current task. The engine `turmoil` returns the last mark of any task,
    /// because its runtimes do not say which task spawned which.
    fn marked(&self) -> Option<u16>;

    /// Number of live tasks of this host, including the tasks that its tasks spawned.
    fn tasks(&self, host: Host) -> usize;

    /// Listens on a port of this host, with the backlog of the setup.
    ///
    /// # Errors
    ///
    /// Fails if the port has a listener.
    fn listen(
        &self,
        host: Host,
        port: u16,
    ) -> impl Future<Output = io::Result<Self::Listener>> + Send;

    /// Takes the connection that has waited longest, and its peer's address. Cancel safe.
    ///
    /// # Errors
    ///
    /// Fails if the listener is closed.
    fn accept(
        &self,
        listener: &Self::Listener,
    ) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// Connects to a port of another host. Dropping the future gives up the connection.
    ///
    /// # Errors
    ///
    /// Fails if the port has no listener, or if the listener closes during the handshake. A lost
    /// SYN is no error: it is not sent again, so the future waits until the caller drops it.
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

    /// Closes a connection with a reset, after the bytes that are already written.
    fn reset(&self, stream: Self::Stream);

    /// Sets the latency of packets between two hosts, in one direction. Packets of one connection
    /// and direction never overtake each other, so a shorter latency takes effect after the packets
    /// in flight.
    fn latency(&self, from: Host, to: Host, latency: Duration);

    /// Keeps packets in this direction until [`Net::heal`]. Packets in flight arrive.
    fn hold(&self, from: Host, to: Host);

    /// Loses packets in this direction until [`Net::heal`]. No packet is sent again, so a
    /// connection that lost a packet is dead, at least in this direction.
    fn cut(&self, from: Host, to: Host);

    /// Ends a hold or a cut. Held packets arrive at once, or after their latency if that is later.
    fn heal(&self, from: Host, to: Host);

    /// Loses the port's SYNs on arrival, like a listener with a SYN filter. Clients send them again
    /// a second later, until the listener is closed. Handshakes in flight go on.
    fn filter_syn(&self, host: Host, port: u16);

    /// The host's sockets, in the order of their creation.
    fn sockets(&self, host: Host) -> Vec<Socket>;
}

/// A spawned task. Awaiting it gives its output. Dropping it detaches the task.
#[derive(Debug)]
pub struct Task<T>(Inner<T>);

/// The task has no output: it was aborted, it panicked (which ends the run), or the run ended.
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

    /// Stops the task at its next await and drops its future.
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
    /// The local address.
    pub local: SocketAddr,
    /// The peer's address; `None` for a listener.
    pub peer: Option<SocketAddr>,
    /// The state of TCP.
    pub state: SocketState,
    /// Received bytes that are unread. For a listener: connections in its queue.
    pub unread: usize,
    /// Sent bytes that are not acknowledged. For a listener: its backlog.
    pub unsent: usize,
    /// Whether a program holds the socket. Otherwise the connection waits in an accept queue, is in
    /// its handshake, or is still closing.
    pub held: bool,
}

/// The states of TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "RFC 9293 defines these names")]
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
    /// Whether the socket is an established connection that no program has accepted.
    #[must_use]
    pub fn queued(&self) -> bool {
        !self.held && matches!(self.state, SocketState::Established | SocketState::CloseWait)
    }
}
