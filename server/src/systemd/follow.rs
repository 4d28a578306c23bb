use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::Notifier;
use crate::handle::ShutdownHandle;
use crate::report::Report;
use crate::state::ServerState;

const READY: &str = "READY=1";
const STOPPING: &str = "STOPPING=1";
const ALIVE: &str = "WATCHDOG=1";

/// What the process may need to exit after the report is there. The manager's patience must be
/// longer than ours, or it kills a shutdown that ends in time.
const EXIT: Duration = Duration::from_secs(1);

/// Runs the server, and tells the service manager how it is.
pub(crate) async fn follow(
    run: impl Future<Output = Report>,
    shared: Arc<ServerState>,
    notifier: Notifier,
) -> Report {
    let mut run = pin!(run);
    // One turn first: when it waits, it waits for connections too.
    if let Poll::Ready(report) = poll_fn(|cx| Poll::Ready(run.as_mut().poll(cx))).await {
        return report;
    }
    tokio::select! {
        // The server first: when it has ended, there is nothing more to tell but that.
        biased;
        report = &mut run => {
            let _ = notifier.try_tell(STOPPING);
            return report;
        }
        () = serving(&shared, &notifier) => {}
    }
    tokio::select! {
        // The news first: the server may end in this very turn.
        biased;
        never = stopping(&shared, &notifier) => match never {},
        report = run => report,
    }
}

/// Ends when the shutdown begins.
async fn serving(shared: &Arc<ServerState>, notifier: &Notifier) {
    let drain = ShutdownHandle::of(shared);
    if drain.is_draining() {
        return;
    }
    notifier.tell(READY, shared.clock()).await;
    tokio::select! {
        // In this order, because a heartbeat is not worth a delay of anything else.
        biased;
        () = drain.draining() => {}
        never = heartbeats(shared, notifier) => match never {},
    }
}

async fn stopping(shared: &ServerState, notifier: &Notifier) -> Infallible {
    notifier.tell(STOPPING, shared.clock()).await;
    let patience = left(shared).saturating_add(EXIT).as_micros();
    notifier.tell(&format!("EXTEND_TIMEOUT_USEC={patience}"), shared.clock()).await;
    heartbeats(shared, notifier).await
}

/// The longest time from now to the end of the shutdown.
fn left(shared: &ServerState) -> Duration {
    let now = shared.clock().since_origin();
    let machine = shared.snapshot();
    let began = machine.outcome().entered.first().map_or(now, |(_, at)| *at);
    began.saturating_add(machine.policy().longest()).saturating_sub(now)
}

async fn heartbeats(shared: &ServerState, notifier: &Notifier) -> Infallible {
    let Some(interval) = notifier.heartbeat() else {
        return pending().await;
    };
    loop {
        notifier.tell(ALIVE, shared.clock()).await;
        shared.clock().sleep(interval).await;
    }
}
