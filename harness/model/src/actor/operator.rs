use super::backstage::{Backstage, Snapshot};
use super::stage::Stage;
use super::visible;
use crate::history::{Trouble, What};
use crate::plan::{Signal, Step, Target};

/// Carries out the operator's script.
pub(super) async fn run<B: Backstage>(stage: &Stage<B>, actor: &str, steps: &[Step]) {
    for step in steps {
        if stage.is_over() {
            return;
        }
        match step {
            Step::Mark { label } => stage.mark(actor, label),
            Step::Await { label, times } => stage.wait_mark(label, *times).await,
            Step::At { us } => stage.wait_at(*us).await,
            Step::Signal { signal, target } => send(stage, *signal, *target),
            Step::AwaitDraining => visible::await_draining(stage, actor).await,
            Step::AwaitExit => {
                tokio::select! {
                    biased;
                    _ = stage.backstage().exited() => {}
                    () = stage.over() => {}
                }
            }
            Step::Freeze => match stage.backstage().freeze().await {
                Ok(()) => stage.record("server", What::Frozen),
                Err(why) => stage.abandon_by_world("freeze the server", &why),
            },
            Step::Thaw => {
                stage.backstage().thaw();
                stage.record("server", What::Thawed);
            }
            Step::Repeat { .. }
            | Step::Connect
            | Step::Send { .. }
            | Step::Receive
            | Step::ReadSlowly { .. }
            | Step::ExpectClose
            | Step::Close { .. }
            | Step::Hold { .. }
            | Step::AwaitHeld { .. }
            | Step::LetGo { .. }
            | Step::Fault { .. } => {
                stage.abandon_by_world("carry out the operator's script", "no such step");
            }
        }
    }
}

fn send<B: Backstage>(stage: &Stage<B>, signal: Signal, target: Target) {
    let first = stage.signalled_us().is_none();
    if first && stage.has_exited() {
        let why = "it had exited by then";
        return stage.abandon("send a signal to the server", why, Trouble::Server);
    }
    stage.backstage().brace();
    if first {
        if let Some(worst_us) = stage.backstage().take_lag_us() {
            stage.record("world", What::Lag { worst_us });
        }
        snapshot(stage);
    }
    stage.set_signalled();
    // Recorded first: what the signal causes must not stand before it.
    stage.record("operator", What::Signalled { signal, target });
    stage.backstage().signal(signal, target);
}

/// Takes down which connections have bytes that the server has not read, and which it has not
/// accepted: requests on all others, sent before, are proved to be in its hands.
fn snapshot<B: Backstage>(stage: &Stage<B>) {
    let as_of_us = stage.now_us();
    // What is connected from here on carries nothing that was sent before.
    let conns = stage.conns().clone();
    match stage.backstage().snapshot(&conns) {
        Ok(Snapshot { unread, unaccepted }) => {
            stage.record("world", What::Snapshot { as_of_us, unread, unaccepted });
        }
        Err(why) => stage.abandon_by_world("read the kernel's socket tables", &why),
    }
}
