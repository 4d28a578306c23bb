use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::clock::SharedClock;
use crate::listener::Listener;

/// What [`Listener::seal`] is given: where the last connections go, and how long it may take over
/// them.
pub struct Door<L: Listener> {
    admitted: UnboundedSender<(L::Io, L::Addr)>,
    handshake_grace: Duration,
    clock: SharedClock,
}

impl<L: Listener> Door<L> {
    pub(crate) fn new(
        admitted: UnboundedSender<(L::Io, L::Addr)>,
        handshake_grace: Duration,
        clock: SharedClock,
    ) -> Self {
        Self { admitted, handshake_grace, clock }
    }

    /// Lets a connection in. It is served like any other that was accepted in time.
    pub fn admit(&self, io: L::Io, peer: L::Addr) {
        // The receiver is only gone when the shutdown was cut short, and then the connection is to
        // be closed.
        let _ = self.admitted.send((io, peer));
    }

    /// How long handshakes under way may take to finish.
    #[must_use]
    pub fn handshake_grace(&self) -> Duration {
        self.handshake_grace
    }

    /// Waits on the server's clock.
    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + 'static {
        self.clock.sleep(duration)
    }
}

impl<L: Listener> fmt::Debug for Door<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("handshake_grace", &self.handshake_grace)
            .finish_non_exhaustive()
    }
}
