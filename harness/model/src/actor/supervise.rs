use std::pin::pin;
use std::time::Duration;

use futures_util::future::maybe_done;

use super::run_context::{RunContext, after};
use super::world::{Residue, World};
use crate::history::{EventKind, Sign, Trouble};

/// The time after the exit within which the clients see their connections end.
const SETTLE_WITHIN: Duration = Duration::from_secs(2);

/// Waits until every actor has finished and the server has ended, and bounds this wait.
///
/// `done` completes when all actors have finished. `signals` is true if the plan sends a signal.
/// `set_up` is the most time from ready to the signal, or to the end of a plan without a signal.
/// After the signal the server has the contract's grace to exit. Then this function records the
/// residue of the server, and kills the server.
///
/// [`watch_listener`](super::watch_listener) and [`watch_exit`] must run beside this function. Not
/// cancel safe: a dropped call neither kills the server nor ends the run.
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
        // Before the kill, because the record is of processes that the server itself left behind.
        match context.world().residue().await {
            Ok(Residue { processes, listening }) => {
                context.record("world", EventKind::Residue { processes, listening });
            }
            Err(why) => context.abandon_by_world("find the server's processes and listeners", &why),
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
