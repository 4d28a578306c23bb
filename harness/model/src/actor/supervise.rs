use std::pin::pin;
use std::time::Duration;

use futures_util::future::maybe_done;

use super::run_context::{RunContext, after};
use super::world::{Residue, World};
use crate::history::{EventKind, Sign, Trouble};

/// From the exit until the clients have seen their connections end.
const SETTLE_WITHIN: Duration = Duration::from_secs(2);

/// Waits until every actor is done and the server gone, and sees to it that this comes to an end.
///
/// `done` is done when all actors are; it goes on here, or somewhere else. `signals`: whether the
/// plan sends one. `set_up`: from ready to the signal, or to the end of a plan that has none. Then
/// the server has the contract's grace to exit, what is left of it is recorded, and it is killed.
///
/// [`watch_listener`](super::watch_listener) and [`watch_exit`] must run beside this. Not cancel
/// safe: it kills the server and ends the run.
pub async fn supervise<W: World>(
    context: &RunContext<W>,
    signals: bool,
    set_up: Duration,
    done: impl Future<Output = ()>,
) {
    let mut done = pin!(maybe_done(done));
    tokio::select! {
        biased;
        () = context.exit_seen() => {}
        () = context.over() => {}
        () = context.signalled() => {}
        () = done.as_mut() => {}
        () = context.sleep(set_up) => overdue(context, signals, set_up),
    }
    if let Some(signalled) = context.signalled_us().filter(|_| !context.is_over()) {
        let grace = Duration::from_millis(context.contract().grace_ms);
        tokio::select! {
            biased;
            () = context.exit_seen() => {}
            () = context.over() => {}
            () = context.world().sleep_until_us(after(signalled, grace)) => {
                context.set_killing();
                let why = format!("the grace of {} s was over", grace.as_secs_f64());
                context.record("world", EventKind::Killed { why });
            }
        }
    }
    if context.signalled_us().is_some() || context.has_exited() {
        // Taken before anybody is killed: what the server leaves behind by itself.
        match context.world().residue().await {
            Ok(Residue { processes, listening }) => {
                context.record("world", EventKind::Residue { processes, listening });
            }
            Err(why) => context.abandon_by_world("see who listens on the port", &why),
        }
    }
    context.set_killing();
    context.world().kill().await;
    tokio::select! {
        biased;
        () = done.as_mut() => {}
        () = context.sleep(SETTLE_WITHIN) => {}
    }
    context.end();
    done.await;
}

/// Records the server's exit, unless the world has killed it. Cancel safe.
pub async fn watch_exit<W: World>(context: &RunContext<W>) {
    let exit = context.world().exited().await;
    if !context.is_killing() {
        context.record("server", EventKind::Exited { code: exit.code, signal: exit.signal });
        context.saw(Sign::Exited);
    }
    context.set_exit_seen();
}

fn overdue<W: World>(context: &RunContext<W>, signals: bool, set_up: Duration) {
    let within = set_up.as_secs();
    if signals {
        let why =
            format!("the signal was not sent within {within} s of ready: a step before it hung");
        context.abandon("send the signal", &why, Trouble::Server);
    } else {
        let why = format!("the plan was not done within {within} s of ready");
        context.record("world", EventKind::Killed { why });
        context.end();
    }
}
