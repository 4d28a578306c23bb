use std::pin::pin;
use std::time::Duration;

use futures_util::future::maybe_done;

use super::backstage::{Backstage, Residue};
use super::stage::{Stage, after};
use crate::history::{Sign, Trouble, What};

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
pub async fn supervise<B: Backstage>(
    stage: &Stage<B>,
    signals: bool,
    set_up: Duration,
    done: impl Future<Output = ()>,
) {
    let mut done = pin!(maybe_done(done));
    tokio::select! {
        biased;
        () = stage.exit_seen() => {}
        () = stage.over() => {}
        () = stage.signalled() => {}
        () = done.as_mut() => {}
        () = stage.sleep(set_up) => overdue(stage, signals, set_up),
    }
    if let Some(signalled) = stage.signalled_us().filter(|_| !stage.is_over()) {
        let grace = Duration::from_millis(stage.contract().grace_ms);
        tokio::select! {
            biased;
            () = stage.exit_seen() => {}
            () = stage.over() => {}
            () = stage.backstage().sleep_until_us(after(signalled, grace)) => {
                stage.set_killing();
                let why = format!("the grace of {} s was over", grace.as_secs_f64());
                stage.record("world", What::Killed { why });
            }
        }
    }
    if stage.signalled_us().is_some() || stage.has_exited() {
        // Taken before anybody is killed: what the server leaves behind by itself.
        match stage.backstage().residue().await {
            Ok(Residue { processes, listening }) => {
                stage.record("world", What::Residue { processes, listening });
            }
            Err(why) => stage.abandon_by_world("see who listens on the port", &why),
        }
    }
    stage.set_killing();
    stage.backstage().kill().await;
    tokio::select! {
        biased;
        () = done.as_mut() => {}
        () = stage.sleep(SETTLE_WITHIN) => {}
    }
    stage.end();
    done.await;
}

/// Records the server's exit, unless the world has killed it. Cancel safe.
pub async fn watch_exit<B: Backstage>(stage: &Stage<B>) {
    let exit = stage.backstage().exited().await;
    if !stage.is_killing() {
        stage.record("server", What::Exited { code: exit.code, signal: exit.signal });
        stage.saw(Sign::Exited);
    }
    stage.set_exit_seen();
}

fn overdue<B: Backstage>(stage: &Stage<B>, signals: bool, set_up: Duration) {
    let within = set_up.as_secs();
    if signals {
        let why =
            format!("the signal was not sent within {within} s of ready: a step before it hung");
        stage.abandon("send the signal", &why, Trouble::Server);
    } else {
        let why = format!("the plan was not done within {within} s of ready");
        stage.record("world", What::Killed { why });
        stage.end();
    }
}
