//! One process and one runtime, which serves and drains in each cycle.

use std::future::IntoFuture;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::{StreamExt, stream};
use lastorders::{Report, Signal};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, timeout};

use super::leaks::{Ledger, Left};
use super::plan::Plan;
use super::verdict::Cycle;
use crate::load::{Load, Trigger};
use crate::network::Network;

/// How long a part of a cycle may take: more than the policy's deadline and a repeated SYN.
const BOUND: Duration = Duration::from_secs(30);

/// How long what has ended may take to be gone.
const SETTLE: Duration = Duration::from_secs(2);

/// The place of the cycles.
#[derive(Debug)]
pub struct Drains {
    /// The server's runtime; nothing else runs on it.
    runtime: Handle,
    network: Network,
    app: Router,
    /// How many bytes of the heap are allocated.
    heap: fn() -> usize,
    /// What was left after the cycles so far.
    pub ledger: Ledger,
}

impl Drains {
    /// A place for cycles that serve `app` on this runtime.
    #[must_use]
    pub fn new(runtime: Handle, network: Network, app: Router, heap: fn() -> usize) -> Self {
        Self { runtime, network, app, heap, ledger: Ledger::default() }
    }

    /// Serves, loads, drains, and looks at what is left.
    ///
    /// # Errors
    ///
    /// When the server cannot listen, or it or the clients do not end.
    pub async fn cycle(&mut self, plan: &Plan) -> io::Result<Cycle> {
        let before = Left::descriptors()?;
        let mut cycle = self.serve_and_drain(plan).await?;
        let left = self.settle(before).await?;
        cycle.faults.extend(self.ledger.note(before, left));
        Ok(cycle)
    }

    async fn serve_and_drain(&self, plan: &Plan) -> io::Result<Cycle> {
        let (signal, signalled) = oneshot::channel();
        let address = self.network.listen();
        let listener = self.runtime.spawn(TcpListener::bind(address)).await??;
        let target = listener.local_addr()?;
        let server = self.spawn(listener, signalled, plan.signals);
        let pull = move || {
            // It fails when the server is gone, which the clients see.
            let _ = signal.send(());
        };
        let trigger = Arc::new(Trigger::new(plan.brisk(), plan.moment, pull));
        let habits = plan.habits.clone();
        let load = Load { target, habits, trigger, ending: Arc::default() };
        let load = pin!(timeout(2 * BOUND, self.network.clients.run(|| load.run())));
        let (tally, report) = tokio::join!(load, timeout(3 * BOUND, server));
        let stuck = |_| io::Error::other("the clients or the server did not end");
        let report = serde_json::to_value(report.map_err(stuck)??).map_err(io::Error::other)?;
        Ok(Cycle::judge(tally.map_err(stuck)?, Some(&report)))
    }

    fn spawn(
        &self,
        listener: TcpListener,
        signalled: oneshot::Receiver<()>,
        signals: usize,
    ) -> JoinHandle<Report> {
        let signals = stream::once(signalled)
            .flat_map(move |_| stream::repeat(Signal::Terminate).take(signals));
        let server = lastorders::serve(listener, self.app.clone()).signals(signals).release(
            "nothing",
            BOUND,
            || async {},
        );
        self.runtime.spawn(server.into_future())
    }

    /// Waits until nothing is left of the cycle, for a while; says what is left then.
    async fn settle(&self, before: usize) -> io::Result<Left> {
        let began = Instant::now();
        loop {
            let left = Left {
                descriptors: Left::descriptors()?,
                tasks: self.runtime.metrics().num_alive_tasks(),
                heap: (self.heap)(),
            };
            let settled = left.descriptors == before && left.tasks == 0;
            if settled || began.elapsed() > SETTLE {
                return Ok(left);
            }
            yield_now().await;
        }
    }
}
