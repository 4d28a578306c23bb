use std::time::Duration;

use super::backstage::Backstage;
use super::client::ask_health;
use super::stage::{Stage, after};
use crate::history::{Sign, What};

/// How long after one probe the next one is sent.
const PROBE_EVERY: Duration = Duration::from_millis(25);
/// A probe that has no answer after so long says nothing.
const PROBE_WITHIN: Duration = Duration::from_millis(400);

/// Waits for the first sign of shutdown, at most the contract's `visible_ms`.
///
/// The sign is whatever comes first: what some client sees, the listener gone, the exit, or what a
/// `GET /health` on a fresh connection is told. These probes are whole requests with `Connection:
/// close`: a bare connect would hold up the drain of servers which wait for its first request.
pub(super) async fn await_draining<B: Backstage>(stage: &Stage<B>, actor: &str) {
    let Some(signalled) = stage.signalled_us() else { return };
    let until = after(signalled, Duration::from_millis(stage.contract().visible_ms));
    tokio::select! {
        biased;
        () = stage.visible() => {}
        () = stage.over() => {}
        () = probe(stage, actor) => {}
        () = stage.backstage().sleep_until_us(until) => stage.record("world", What::NotVisible),
    }
}

/// Sends probes until one is told of the shutdown.
async fn probe<B: Backstage>(stage: &Stage<B>, actor: &str) {
    loop {
        let now = stage.now_us();
        let sign = tokio::select! {
            biased;
            sign = probe_once(stage, actor) => sign,
            () = stage.backstage().sleep_until_us(after(now, PROBE_WITHIN)) => None,
        };
        match sign {
            Some(sign) => return stage.saw(sign),
            None => stage.backstage().sleep_until_us(after(now, PROBE_EVERY)).await,
        }
    }
}

async fn probe_once<B: Backstage>(stage: &Stage<B>, actor: &str) -> Option<Sign> {
    // A refusal is left to the listener watch, which says so without guessing.
    let (stream, _) = stage.backstage().connect(actor).await.ok()?;
    match ask_health(stream).await.ok()? {
        Some(503) => Some(Sign::Unavailable),
        Some(_) => None,
        None => Some(Sign::ConnectionClosed),
    }
}

/// Records, from the first signal on, that the listener goes; it is a sign of shutdown. Cancel
/// safe.
pub async fn watch_listener<B: Backstage>(stage: &Stage<B>) {
    stage.signalled().await;
    stage.backstage().listener_gone().await;
    stage.record("world", What::ListenerGone);
    stage.saw(Sign::ListenerGone);
}
