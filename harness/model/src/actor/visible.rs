use std::time::Duration;

use super::client::ask_health;
use super::run_context::{RunContext, after};
use super::world::World;
use crate::history::{EventKind, Sign};

/// The time from a probe without a sign to the next probe.
const PROBE_EVERY: Duration = Duration::from_millis(25);
/// The time limit of a probe. A probe without an answer is no sign.
const PROBE_WITHIN: Duration = Duration::from_millis(400);

/// Waits for the first sign of shutdown, at most the contract's `visible_ms`.
///
/// The first of these counts: a client observes the shutdown, the listener is gone, the server
/// exits, or a probe observes the shutdown. A probe is a `GET /health` with `Connection: close` on
/// a fresh connection. A bare connect would block the drain of servers that wait for its first
/// request.
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

/// Sends probes until a probe observes the shutdown.
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
    // The listener watch, and not the probe, records a refusal, because the watch has proof.
    let (stream, _) = context.world().connect(actor).await.ok()?;
    match ask_health(stream).await.ok()? {
        Some(503) => Some(Sign::Unavailable),
        Some(_) => None,
        None => Some(Sign::ConnectionClosed),
    }
}

/// Records that the listener is gone after the first signal, which is a sign of shutdown. Cancel
/// safe.
pub async fn watch_listener<W: World>(context: &RunContext<W>) {
    context.signalled().await;
    context.world().listener_gone().await;
    context.record("world", EventKind::ListenerGone);
    context.saw(Sign::ListenerGone);
}
