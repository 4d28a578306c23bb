use std::io;
use std::net::SocketAddr;

use futures_util::FutureExt;
use lastorders::{Door, Listener, Rung};
use tokio::task::coop::unconstrained;

use super::SimListener;
use crate::case::Sealing;

/// For `lastorders::serve`: a listener with two rungs of its ladder.
#[derive(Debug)]
pub struct Sealed<L> {
    listener: L,
    sealing: Sealing,
}

impl<L> Sealed<L> {
    /// A listener that is closed in that way.
    #[must_use]
    pub fn new(listener: L, sealing: Sealing) -> Self {
        Self { listener, sealing }
    }
}

impl<L: SimListener> Sealed<L> {
    /// Lets in whoever has come through before the handshakes under way have had their time.
    async fn admit_until_grace_ends(&mut self, door: &Door<Self>) {
        let mut grace = std::pin::pin!(door.sleep(door.handshake_grace()));
        loop {
            tokio::select! {
                // In this order: what has come by the end has come in time.
                biased;
                accepted = self.listener.accept() => match accepted {
                    Ok((io, peer)) => door.admit(io, peer),
                    Err(_) => return,
                },
                () = grace.as_mut() => return,
            }
        }
    }

    fn admit_waiting(&mut self, door: &Door<Self>) {
        // Unconstrained, because a spent task budget would look like an empty queue.
        while let Some(Ok((io, peer))) = unconstrained(self.listener.accept()).now_or_never() {
            door.admit(io, peer);
        }
    }
}

impl<L: SimListener> Listener for Sealed<L> {
    type Io = L::Io;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> io::Result<(L::Io, SocketAddr)> {
        self.listener.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    async fn seal(mut self, door: Door<Self>) -> Rung {
        self.listener.seal_begins();
        match self.sealing {
            Sealing::SynFilter => {
                self.listener.filter_syn();
                self.admit_until_grace_ends(&door).await;
                self.admit_waiting(&door);
                Rung::SynFilter
            }
            Sealing::AcceptUntilEmpty => {
                self.admit_waiting(&door);
                Rung::AcceptUntilEmpty
            }
        }
    }
}
