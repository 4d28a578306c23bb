use std::io;
use std::net::SocketAddr;

use futures_util::FutureExt;
use lastorders::{Listener, SealContext, SealMethod};
use tokio::task::coop::unconstrained;

use super::{Exit, Parts, SimListener};
use crate::case::Sealing;

/// Runs our server like the reference service.
pub(super) async fn serve<L: SimListener>(parts: Parts<L>) -> Exit {
    serve_on(parts, |listener| listener).await
}

/// Runs our server with a wrapped listener.
pub(super) async fn serve_on<L, W>(parts: Parts<L>, wrap: impl FnOnce(Sealed<L>) -> W) -> Exit
where
    L: SimListener,
    W: Listener,
{
    let Parts { listener, sealing, signals, policy, drain, app, resources, observer } = parts;
    let bound = policy.release;
    let mut serve = lastorders::serve(wrap(Sealed::new(listener, sealing)), app)
        .policy(policy)
        .signals(signals)
        .shutdown_handle(drain)
        .observe(observer)
        .date_header(false);
    for resource in resources {
        serve = serve.release(resource.name, bound, resource.release);
    }
    let report = serve.await;
    Exit { code: report.exit_code().into(), report: Some(report) }
}

/// The listener for `lastorders::serve`, which supports two of its seal methods.
#[derive(Debug)]
pub(super) struct Sealed<L> {
    listener: L,
    sealing: Sealing,
}

impl<L> Sealed<L> {
    /// A listener with this way to close.
    fn new(listener: L, sealing: Sealing) -> Self {
        Self { listener, sealing }
    }
}

impl<L: SimListener> Sealed<L> {
    /// Accepts connections until the grace of handshakes in progress ends.
    async fn admit_until_grace_ends(&mut self, context: &SealContext<Self>) {
        let mut grace = std::pin::pin!(context.sleep(context.handshake_grace()));
        loop {
            tokio::select! {
                // Accept first: a connection that arrives as the grace ends is in time.
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
