use std::fmt::{self, Debug};
use std::future::Future;
use std::io;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::coop::{consume_budget, unconstrained};
use tokio::task::yield_now;

use super::SealMethod;
use crate::clock::SharedClock;

/// After this many failures in a row, another accept will not succeed either.
pub(crate) const FAILURES: usize = 16;

/// The longest accept queue that a kernel accepts. This limit ends the sealing even when clients
/// connect faster than we accept.
pub(crate) const LONGEST_QUEUE: usize = 65_535;

/// A source of connections.
pub trait Listener: Sized + Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The address of a peer.
    type Addr: Debug + Send + 'static;

    /// Waits for the next connection.
    ///
    /// Must be cancel safe: the server drops the future whenever another event happens first.
    ///
    /// # Errors
    ///
    /// An error does not end the server. After an error of a single connection, such as
    /// `ECONNABORTED`, the server accepts again at once. After any other error, such as `EMFILE`,
    /// the server pauses on its clock before it accepts again.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, Self::Addr)>> + Send;

    /// The address that the listener is bound to.
    ///
    /// # Errors
    ///
    /// When the operating system does not report the address.
    fn local_addr(&self) -> io::Result<Self::Addr>;

    /// Closes the listener without losing queued connections: passes each one to
    /// [`SealContext::admit`], and returns the method that was used. The provided implementation
    /// accepts until the queue is empty.
    ///
    /// Dropping the future at the deadline must close the listener.
    fn seal(self, context: SealContext<Self>) -> impl Future<Output = SealMethod> + Send {
        accept_until_empty(self, context)
    }
}

/// Passed to [`Listener::seal`]: admits the last connections, and limits how long the sealing may
/// take.
pub struct SealContext<L: Listener> {
    admit: Box<Admit<L>>,
    handshake_grace: Duration,
    clock: SharedClock,
    first_method: SealMethod,
    make_room: Option<Box<dyn Fn() + Send + Sync>>,
}

type Admit<L> = dyn Fn(<L as Listener>::Io, <L as Listener>::Addr) + Send + Sync;

impl<L: Listener> SealContext<L> {
    pub(crate) fn new(
        admitted: UnboundedSender<(L::Io, L::Addr)>,
        handshake_grace: Duration,
        clock: SharedClock,
    ) -> Self {
        // The receiver is only dropped when the shutdown was cut short. Then the connection is
        // closed.
        let admit = move |io, peer| drop(admitted.send((io, peer)));
        let first_method = SealMethod::SharedSocket;
        Self { admit: Box::new(admit), handshake_grace, clock, first_method, make_room: None }
    }

    /// Sets a function that closes idle connections. It is called repeatedly while connections wait
    /// in the accept queue and no descriptor is left.
    pub(crate) fn or_make_room(self, make_room: impl Fn() + Send + Sync + 'static) -> Self {
        Self { make_room: Some(Box::new(make_room)), ..self }
    }

    /// Asks the server to close idle connections, because no descriptor is left for queued ones.
    pub(crate) fn make_room(&self) {
        if let Some(make_room) = &self.make_room {
            make_room();
        }
    }

    /// The same context for a listener inside this one. `wrap` converts each connection that the
    /// inner listener admits, as `accept` of this listener does.
    ///
    /// ```
    /// # use std::io;
    /// # use lastorders::{SealContext, Listener, SealMethod};
    /// # use tokio::io::BufStream;
    /// struct Buffered<L>(L);
    ///
    /// impl<L: Listener> Listener for Buffered<L> {
    ///     type Io = BufStream<L::Io>;
    ///     type Addr = L::Addr;
    ///
    ///     async fn accept(&mut self) -> io::Result<(Self::Io, L::Addr)> {
    ///         let (io, peer) = self.0.accept().await?;
    ///         Ok((BufStream::new(io), peer))
    ///     }
    ///
    ///     fn local_addr(&self) -> io::Result<L::Addr> {
    ///         self.0.local_addr()
    ///     }
    ///
    ///     // The provided `seal` is not the best method for every `L`.
    ///     async fn seal(self, context: SealContext<Self>) -> SealMethod {
    ///         self.0.seal(context.inner(|io, peer| (BufStream::new(io), peer))).await
    ///     }
    /// }
    /// ```
    pub fn inner<I: Listener>(
        self,
        wrap: impl Fn(I::Io, I::Addr) -> (L::Io, L::Addr) + Send + Sync + 'static,
    ) -> SealContext<I> {
        let Self { admit, handshake_grace, clock, first_method, make_room } = self;
        let admit = move |io, peer| {
            let (io, peer) = wrap(io, peer);
            admit(io, peer);
        };
        SealContext { admit: Box::new(admit), handshake_grace, clock, first_method, make_room }
    }

    /// Admits a connection. The server serves it like any other that was accepted in time.
    pub fn admit(&self, io: L::Io, peer: L::Addr) {
        (self.admit)(io, peer);
    }

    /// How long handshakes under way may take to finish.
    #[must_use]
    pub fn handshake_grace(&self) -> Duration {
        self.handshake_grace
    }

    /// The same context, for a sealing that begins at `method` or at a later one.
    #[must_use]
    pub fn begin_at(self, method: SealMethod) -> Self {
        let first_method = self.first_method.max(method);
        Self { first_method, ..self }
    }

    /// The best method that may be tried. Methods before it must be skipped.
    #[must_use]
    pub fn first_method(&self) -> SealMethod {
        self.first_method
    }

    /// Waits on the server's clock.
    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        self.clock.sleep(duration)
    }
}

impl<L: Listener> fmt::Debug for SealContext<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealContext")
            .field("handshake_grace", &self.handshake_grace)
            .field("first_method", &self.first_method)
            .finish_non_exhaustive()
    }
}

/// Accepts as long as an accept succeeds without waiting, up to [`LONGEST_QUEUE`] connections.
async fn accept_until_empty<L: Listener>(mut listener: L, context: SealContext<L>) -> SealMethod {
    // One turn of the runtime, so that the runtime learns of connections that the kernel already
    // holds.
    yield_now().await;
    let mut failures = 0;
    for _ in 0..LONGEST_QUEUE {
        // Unconstrained, because a spent task budget would look like an empty queue.
        match unconstrained(listener.accept()).now_or_never() {
            Some(Ok((io, peer))) => context.admit(io, peer),
            Some(Err(_)) if failures < FAILURES => failures += 1,
            Some(Err(_)) | None => break,
        }
        consume_budget().await;
    }
    SealMethod::AcceptUntilEmpty
}

/// Whether the error concerns one connection that ended before the accept. The next accept may
/// succeed.
pub(crate) fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
