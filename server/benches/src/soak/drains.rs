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

use super::cycle_result::CycleResult;
use super::leaks::{HeapHistory, ResourceUsage};
use super::plan::Plan;
use crate::load::{Load, Trigger};
use crate::network::Network;

/// How long a part of a cycle may take: more than the policy's deadline and a repeated SYN.
const BOUND: Duration = Duration::from_secs(30);

/// How long ended tasks and closed descriptors may take to disappear.
const SETTLE: Duration = Duration::from_secs(2);

/// Runs cycles in this process.
#[derive(Debug)]
pub struct Drains {
    /// The server's runtime; nothing else runs on it.
    runtime: Handle,
    network: Network,
    app: Router,
    /// Returns how many bytes of the heap are allocated.
    heap: fn() -> usize,
    /// The heap after the cycles so far.
    pub heap_history: HeapHistory,
}

impl Drains {
    /// Creates a runner of cycles that serve `app` on `runtime`.
    #[must_use]
    pub fn new(runtime: Handle, network: Network, app: Router, heap: fn() -> usize) -> Self {
        Self { runtime, network, app, heap, heap_history: HeapHistory::default() }
    }

    /// Runs a cycle: serves, loads, drains, and checks for leaks.
    ///
    /// # Errors
    ///
    /// When the server cannot listen, or the server or the clients do not end.
    pub async fn cycle(&mut self, plan: &Plan) -> io::Result<CycleResult> {
        let before = ResourceUsage::descriptors()?;
        let mut cycle = self.serve_and_drain(plan).await?;
        let left = self.settle(before).await?;
        cycle.faults.extend(self.heap_history.note(before, left));
        Ok(cycle)
    }

    async fn serve_and_drain(&self, plan: &Plan) -> io::Result<CycleResult> {
        let (signal, signalled) = oneshot::channel();
        let address = self.network.listen();
        let listener = self.runtime.spawn(TcpListener::bind(address)).await??;
        let target = listener.local_addr()?;
        let server = self.spawn(listener, signalled, plan.signals);
        let fire = move || {
            // Sending fails when the server has ended. The clients notice that too.
            let _ = signal.send(());
        };
        let trigger = Arc::new(Trigger::new(plan.continuous(), plan.trigger_point, fire));
        let clients = plan.clients.clone();
        let load = Load { target, clients, trigger, ending: Arc::default() };
        let load = pin!(timeout(2 * BOUND, self.network.clients.run(|| load.run())));
        let (tally, report) = tokio::join!(load, timeout(3 * BOUND, server));
        let stuck = |_| io::Error::other("the clients or the server did not end");
        let report = serde_json::to_value(report.map_err(stuck)??).map_err(io::Error::other)?;
        Ok(CycleResult::evaluate(tally.map_err(stuck)?, Some(&report)))
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

    /// Waits up to [`SETTLE`] until everything of the cycle has ended. Returns the usage then.
    async fn settle(&self, before: usize) -> io::Result<ResourceUsage> {
        let began = Instant::now();
        loop {
            let left = ResourceUsage {
                descriptors: ResourceUsage::descriptors()?,
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
