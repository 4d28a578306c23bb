use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::client::connect;
use super::stage::Stage;
use crate::history::{Sign, What};
use crate::plan::Request;

/// How long after one probe the next one is sent.
const PROBE_EVERY: Duration = Duration::from_millis(25);
/// A probe that has no answer after so long says nothing.
const PROBE_WITHIN: Duration = Duration::from_millis(400);

/// Waits for the first sign of shutdown, at most the contract's `visible_ms`.
///
/// The sign is whatever comes first: what some client sees, the listener gone, the exit, or what a
/// `GET /health` on a fresh connection is told. These probes are whole requests with `Connection:
/// close`: a bare connect would hold up the drain of servers which wait for its first request.
pub(super) async fn await_draining(stage: &Stage) {
    let Some(signalled) = stage.signalled() else { return };
    let until = signalled + Duration::from_millis(stage.contract.visible_ms);
    tokio::select! {
        biased;
        () = stage.visible() => {}
        () = stage.over() => {}
        () = probe(stage) => {}
        () = tokio::time::sleep_until(until) => stage.record("world", What::NotVisible),
    }
}

/// Sends probes until one is told of the shutdown.
async fn probe(stage: &Stage) {
    loop {
        let next = Instant::now() + PROBE_EVERY;
        match probe_once(stage, Instant::now() + PROBE_WITHIN).await {
            Some(sign) => return stage.saw(sign),
            None => tokio::time::sleep_until(next).await,
        }
    }
}

async fn probe_once(stage: &Stage, until: Instant) -> Option<Sign> {
    use super::client::Received;
    let connected = connect(stage.address(), "probe".to_owned(), PROBE_WITHIN).await;
    // A refusal is left to the listener watch, which says so without guessing.
    let mut connection = connected.ok()?;
    let mut request = Request::health();
    request.headers.push(("Connection".to_owned(), "close".to_owned()));
    let bytes = request.bytes(crate::plan::Part::Whole);
    let exchange = async {
        connection.send(&bytes).await.ok()?;
        match connection.receive(None).await {
            Received::Answer(answer) if answer.status == 503 => Some(Sign::Unavailable),
            Received::Answer(_) => None,
            Received::End { .. } => Some(Sign::ConnectionClosed),
        }
    };
    timeout_at(until, exchange).await.ok().flatten()
}

/// Records, from the first signal on, that the listener goes; it is a sign of shutdown.
pub(super) async fn watch_listener(stage: &Stage) {
    stage.until_signalled().await;
    stage.listeners.gone(stage.port()).await;
    stage.record("world", What::ListenerGone);
    stage.saw(Sign::ListenerGone);
}
