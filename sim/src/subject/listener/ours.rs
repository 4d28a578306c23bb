use std::io;
use std::net::SocketAddr;

use futures_util::FutureExt;
use lastorders::{Listener, SealContext, SealMethod};
use tokio::task::coop::unconstrained;

use super::SimListener;
use crate::case::Sealing;

/// The listener for `lastorders::serve`, which supports two of its seal methods.
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
    async fn admit_until_grace_ends(&mut self, context: &SealContext<Self>) {
        let mut grace = std::pin::pin!(context.sleep(context.handshake_grace()));
        loop {
            tokio::select! {
                // In this order: what has come by the end has come in time.
                biased;
                accepted = self.listener.accept() => match accepted {
                    Ok((io, peer)) => context.admit(io, peer),
                    Err(_) => return,
                },
                () = grace.as_mut() => return,
            }
        }
    }

    fn admit_waiting(&mut self, context: &SealContext<Self>) {
        // Unconstrained, because a spent task budget would look like an empty queue.
        while let Some(Ok((io, peer))) = unconstrained(self.listener.accept()).now_or_never() {
            context.admit(io, peer);
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

    async fn seal(mut self, context: SealContext<Self>) -> SealMethod {
        self.listener.seal_begins();
        match self.sealing {
            Sealing::SynFilter => {
                self.listener.filter_syn();
                self.admit_until_grace_ends(&context).await;
                self.admit_waiting(&context);
                SealMethod::SynFilter
            }
            Sealing::AcceptUntilEmpty => {
                self.admit_waiting(&context);
                SealMethod::AcceptUntilEmpty
            }
        }
    }
}
