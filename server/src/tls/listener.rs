use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::TlsStream;
use crate::clock::{Clock, SharedClock, TokioClock};
use crate::listener::{Listener, SealContext, SealMethod};

/// How long a handshake may take by default.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// TLS over the connections of another listener.
pub struct TlsListener<L> {
    listener: L,
    handshakes: Handshakes,
}

impl<L> TlsListener<L> {
    /// Speaks TLS on every connection that `listener` accepts.
    #[must_use]
    pub fn new(listener: L, config: Arc<ServerConfig>) -> Self {
        let handshakes = Handshakes {
            acceptor: TlsAcceptor::from(config),
            timeout: HANDSHAKE_TIMEOUT,
            clock: SharedClock::new(TokioClock),
        };
        Self { listener, handshakes }
    }

    /// How long a handshake may take, from the accept to its end. Then the connection is closed.
    /// The default is 10 s, as in axum-server.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshakes.timeout = timeout;
        self
    }

    /// The clock of the handshake timeout. The default is [`TokioClock`].
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.handshakes.clock = SharedClock::new(clock);
        self
    }
}

impl<L: Listener> Listener for TlsListener<L> {
    type Io = TlsStream<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> io::Result<(Self::Io, L::Addr)> {
        let (io, peer) = self.listener.accept().await?;
        Ok((self.handshakes.begin(io), peer))
    }

    fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.local_addr()
    }

    fn seal(self, context: SealContext<Self>) -> impl Future<Output = SealMethod> + Send {
        let Self { listener, handshakes } = self;
        listener.seal(context.inner(move |io, peer| (handshakes.begin(io), peer)))
    }
}

impl<L: fmt::Debug> fmt::Debug for TlsListener<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsListener")
            .field("listener", &self.listener)
            .field("handshake_timeout", &self.handshakes.timeout)
            .finish_non_exhaustive()
    }
}

/// Everything that is needed to begin a handshake.
struct Handshakes {
    acceptor: TlsAcceptor,
    timeout: Duration,
    clock: SharedClock,
}

impl Handshakes {
    fn begin<I>(&self, io: I) -> TlsStream<I>
    where
        I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        TlsStream::new(self.acceptor.accept(io), self.timeout, self.clock.sleep(self.timeout))
    }
}
