use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::SealMethod;
use crate::clock::SharedClock;
use crate::listener::Listener;

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
