use std::time::Duration;

use super::backstage::Backstage;
use super::stage::Stage;
use crate::history::{Trouble, What};
use crate::plan::{Gate, Step};

/// Carries out the store's script.
pub(super) async fn run<B: Backstage>(stage: &Stage<B>, actor: &str, steps: &[Step]) {
    let mut closed = None;
    for step in steps {
        if stage.is_over() {
            return;
        }
        match step {
            Step::Mark { label } => stage.mark(actor, label),
            Step::Await { label, times } => stage.wait_mark(label, *times).await,
            Step::At { us } => stage.wait_at(*us).await,
            Step::Hold { gate } => {
                closed = Some(*gate);
                let done = stage.backstage().hold(*gate).await;
                settle(stage, "close the gate", done, What::Holding { gate: *gate });
            }
            Step::AwaitHeld { n } => await_held(stage, closed, *n).await,
            Step::LetGo { what } => {
                // Recorded first: an answer that stands before it was given at a closed gate.
                stage.record("store", What::Opened { what: *what });
                if let Err(why) = stage.backstage().let_go(*what).await {
                    stage.abandon_by_world("open the gate", &why);
                }
            }
            Step::Fault { fault } => {
                let done = stage.backstage().fault(*fault).await;
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

async fn await_held<B: Backstage>(stage: &Stage<B>, gate: Option<Gate>, wanted: u32) {
    let Some(gate) = gate else {
        return stage.abandon_by_world("wait at a gate", "the plan has closed none");
    };
    let within = Duration::from_millis(stage.contract().answer_ms) * 2;
    let held = tokio::select! {
        biased;
        held = stage.backstage().await_held(wanted, within) => held,
        () = stage.over() => return,
    };
    match held {
        Ok(0) => {
            let step = format!("{wanted} request(s) waiting at the {gate:?} gate");
            let why = format!("none was seen there within {} s", within.as_secs());
            stage.abandon(&step, &why, Trouble::Server);
        }
        Ok(n) => stage.record("store", What::Held { gate, n, wanted }),
        Err(why) => stage.abandon_by_world("watch the gate", &why),
    }
}

fn settle<B: Backstage>(stage: &Stage<B>, step: &str, done: Result<(), String>, what: What) {
    match done {
        Ok(()) => stage.record("store", what),
        Err(why) => stage.abandon_by_world(step, &why),
    }
}
