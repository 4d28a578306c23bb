use std::time::Duration;

use rustix::process::Signal as Kernel;
use tokio::time::{Instant, interval, timeout};

use super::stage::Stage;
use super::{snapshot, visible};
use crate::history::{Trouble, What};
use crate::plan::{Signal, Step, Target};

/// A stopped server that has not stopped after so long is not going to.
const FREEZE_WITHIN: Duration = Duration::from_millis(500);

/// Carries out the operator's script.
pub(super) async fn run(stage: &Stage, actor: &str, steps: &[Step]) {
    for step in steps {
        if stage.is_over() {
            return;
        }
        match step {
            Step::Mark { label } => stage.mark(actor, label),
            Step::Await { label, times } => stage.wait_mark(label, *times).await,
            Step::At { ms } => stage.wait_at(*ms).await,
            Step::Signal { signal, target } => send(stage, *signal, *target),
            Step::AwaitDraining => visible::await_draining(stage).await,
            Step::AwaitExit => {
                tokio::select! {
                    _ = stage.server.exited() => {}
                    () = stage.over() => {}
                }
            }
            Step::Freeze => freeze(stage).await,
            Step::Thaw => {
                stage.server.signal(Kernel::CONT, Target::Group);
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

fn send(stage: &Stage, signal: Signal, target: Target) {
    let first = stage.signalled().is_none();
    if first && stage.has_exited() {
        let why = "it had exited by then";
        return stage.abandon("send a signal to the server", why, Trouble::Server);
    }
    // Children that are born from now on are found by descent no longer once their parent exits.
    stage.server.take_note();
    if first {
        snapshot::take(stage);
    }
    stage.set_signalled();
    // Recorded first: what the signal causes must not stand before it.
    stage.record("operator", What::Signalled { signal, target });
    let kernel = match signal {
        Signal::Term => Kernel::TERM,
        Signal::Int => Kernel::INT,
    };
    stage.server.signal(kernel, target);
}

async fn freeze(stage: &Stage) {
    stage.server.signal(Kernel::STOP, Target::Group);
    let stopped = async {
        let mut ticks = interval(Duration::from_millis(2));
        while !stage.server.is_stopped() {
            ticks.tick().await;
        }
    };
    let begun = Instant::now();
    match timeout(FREEZE_WITHIN, stopped).await {
        Ok(()) => stage.record("server", What::Frozen),
        Err(_) => {
            let why = format!("it still ran {} ms after SIGSTOP", begun.elapsed().as_millis());
            stage.abandon_by_world("freeze the server", &why);
        }
    }
}
