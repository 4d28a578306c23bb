use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::SealMethod;
use crate::clock::SharedClock;
use crate::listener::Listener;

/// What [`Listener::seal`] is given: where the last connections go, and how long it may take over
/// them.
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
        // The receiver is only gone when the shutdown was cut short, and then the connection is to
        // be closed.
        let admit = move |io, peer| drop(admitted.send((io, peer)));
        let first_method = SealMethod::SharedSocket;
        Self { admit: Box::new(admit), handshake_grace, clock, first_method, make_room: None }
    }

    /// What is called, again and again, for as long as connections wait in the queue and there are
    /// no descriptors for them.
    pub(crate) fn or_make_room(self, make_room: impl Fn() + Send + Sync + 'static) -> Self {
        Self { make_room: Some(Box::new(make_room)), ..self }
    }

    /// Connections wait, and there are no descriptors for them.
    pub(super) fn make_room(&self) {
        if let Some(make_room) = &self.make_room {
            make_room();
        }
    }

    /// The same door for a listener inside of this one: what that one admits passes through `wrap`,
    /// as it does when this one accepts.
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
    ///     // Without this, the provided way would be taken, which is not the best for every `L`.
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

    /// Lets a connection in. It is served like any other that was accepted in time.
    pub fn admit(&self, io: L::Io, peer: L::Addr) {
        (self.admit)(io, peer);
    }

    /// How long handshakes under way may take to finish.
    #[must_use]
    pub fn handshake_grace(&self) -> Duration {
        self.handshake_grace
    }

    /// The same door, for a sealing that begins at `method` or below it.
    #[must_use]
    pub fn begin_at(self, method: SealMethod) -> Self {
        let first_method = self.first_method.max(method);
        Self { first_method, ..self }
    }

    /// The best method that may be taken; those above it are not to be tried.
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
