use std::time::Duration;

use tokio::time::timeout;

use super::stage::Stage;
use crate::history::{Trouble, What};
use crate::plan::{Gate, Step};
use crate::store::StoreError;

/// Longer than anything that is asked of a database that answers.
const STORE_WITHIN: Duration = Duration::from_secs(10);

/// Carries out the store's script.
pub(super) async fn run(stage: &Stage, actor: &str, steps: &[Step]) {
    let mut closed = None;
    for step in steps {
        if stage.is_over() {
            return;
        }
        match step {
            Step::Mark { label } => stage.mark(actor, label),
            Step::Await { label, times } => stage.wait_mark(label, *times).await,
            Step::At { ms } => stage.wait_at(*ms).await,
            Step::Hold { gate } => {
                closed = Some(*gate);
                hold(stage, *gate).await;
            }
            Step::AwaitHeld { n } => await_held(stage, closed, *n).await,
            Step::LetGo { what } => {
                // Recorded first: an answer that stands before it was given at a closed gate.
                stage.record("store", What::Opened { what: *what });
                if let Err(why) = bounded(stage.store.let_go(*what)).await {
                    stage.abandon_by_world("open the gate", &why);
                }
            }
            Step::Fault { fault } => {
                let done = bounded(stage.store.fault(*fault)).await;
                settle(stage, "break the store", done, What::Broken { fault: *fault });
            }
            Step::Repeat { .. }
            | Step::Connect
            | Step::Send { .. }
            | Step::Receive
            | Step::ReadSlowly { .. }
            | Step::ExpectClose
            | Step::Close { .. }
            | Step::Signal { .. }
            | Step::AwaitDraining
            | Step::Freeze
            | Step::Thaw
            | Step::AwaitExit => {
                stage.abandon_by_world("carry out the store's script", "no such step");
            }
        }
    }
}

async fn hold(stage: &Stage, gate: Gate) {
    let done = bounded(stage.store.hold(gate)).await;
    settle(stage, "close the gate", done, What::Holding { gate });
}

async fn await_held(stage: &Stage, gate: Option<Gate>, wanted: u32) {
    let Some(gate) = gate else {
        return stage.abandon_by_world("wait at a gate", "the plan has closed none");
    };
    let within = Duration::from_millis(stage.contract.answer_ms) * 2;
    let held = tokio::select! {
        held = bounded(stage.store.await_held(wanted, within)) => held,
        () = stage.over() => return,
    };
    match held {
        Ok(held) if held.n == 0 => {
            let step = format!("{wanted} request(s) waiting at the {gate:?} gate");
            let why = format!("none was seen there within {} s", within.as_secs());
            stage.abandon(&step, &why, Trouble::Server);
        }
        Ok(held) => stage.record("store", What::Held { gate, n: held.n, wanted }),
        Err(why) => stage.abandon_by_world("watch the gate", &why),
    }
}

fn settle(stage: &Stage, step: &str, done: Result<(), String>, what: What) {
    match done {
        Ok(()) => stage.record("store", what),
        Err(why) => stage.abandon_by_world(step, &why),
    }
}

/// Does something with the store, or gives up: a server may have got at the database, and one that
/// does not answer must not keep a run from its end.
pub(super) async fn bounded<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    match timeout(STORE_WITHIN, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", STORE_WITHIN.as_secs())),
    }
}
