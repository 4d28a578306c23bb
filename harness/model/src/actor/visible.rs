use std::time::Duration;

use super::client::ask_health;
use super::run_context::{RunContext, after};
use super::world::World;
use crate::history::{EventKind, Sign};

/// How long after one probe the next one is sent.
const PROBE_EVERY: Duration = Duration::from_millis(25);
/// A probe that has no answer after so long says nothing.
const PROBE_WITHIN: Duration = Duration::from_millis(400);

/// Waits for the first sign of shutdown, at most the contract's `visible_ms`.
///
/// The sign is whatever comes first: what some client sees, the listener gone, the exit, or what a
/// `GET /health` on a fresh connection is told. These probes are whole requests with `Connection:
/// close`: a bare connect would hold up the drain of servers which wait for its first request.
pub(super) async fn await_draining<W: World>(context: &RunContext<W>, actor: &str) {
    let Some(signalled) = context.signalled_us() else { return };
    let until = after(signalled, Duration::from_millis(context.contract().visible_ms));
    tokio::select! {
        biased;
        () = context.visible() => {}
        () = context.over() => {}
        () = probe(context, actor) => {}
        () = context.world().sleep_until_us(until) => {
            context.record("world", EventKind::NotVisible);
        }
    }
}

/// Sends probes until one is told of the shutdown.
async fn probe<W: World>(context: &RunContext<W>, actor: &str) {
    loop {
        let now = context.now_us();
        let sign = tokio::select! {
            biased;
            sign = probe_once(context, actor) => sign,
            () = context.world().sleep_until_us(after(now, PROBE_WITHIN)) => None,
        };
        match sign {
            Some(sign) => return context.saw(sign),
            None => context.world().sleep_until_us(after(now, PROBE_EVERY)).await,
        }
    }
}

async fn probe_once<W: World>(context: &RunContext<W>, actor: &str) -> Option<Sign> {
    // A refusal is left to the listener watch, which says so without guessing.
    let (stream, _) = context.world().connect(actor).await.ok()?;
    match ask_health(stream).await.ok()? {
        Some(503) => Some(Sign::Unavailable),
        Some(_) => None,
        None => Some(Sign::ConnectionClosed),
    }
}

/// Records, from the first signal on, that the listener goes; it is a sign of shutdown. Cancel
/// safe.
pub async fn watch_listener<W: World>(context: &RunContext<W>) {
    context.signalled().await;
    context.world().listener_gone().await;
    context.record("world", EventKind::ListenerGone);
    context.saw(Sign::ListenerGone);
}
