use std::time::Duration;

use super::run_context::RunContext;
use super::script::{Performer, run_script};
use super::world::World;
use crate::history::{EventKind, Trouble};
use crate::plan::{Gate, Step, StoreStep};

/// Runs the store's script.
pub(super) async fn run<W: World>(context: &RunContext<W>, actor: &str, steps: &[Step<StoreStep>]) {
    run_script(context, actor, steps, &mut StoreActor { context, closed: None }).await;
}

struct StoreActor<'a, W: World> {
    context: &'a RunContext<W>,
    /// The gate that this actor closed last.
    closed: Option<Gate>,
}

impl<W: World> Performer<StoreStep> for StoreActor<'_, W> {
    async fn perform(&mut self, step: &StoreStep, _: bool) {
        let context = self.context;
        match step {
            StoreStep::Hold { gate } => {
                self.closed = Some(*gate);
                let done = context.world().hold(*gate).await;
                settle(context, "close the gate", done, EventKind::Holding { gate: *gate });
            }
            StoreStep::AwaitHeld { n } => await_held(context, self.closed, *n).await,
            StoreStep::LetGo { what } => {
                // Recorded first, because an answer before this event was given at a closed gate.
                context.record("store", EventKind::Opened { what: *what });
                if let Err(why) = context.world().let_go(*what).await {
                    context.abandon_by_world("open the gate", &why);
                }
            }
            StoreStep::Fault { fault } => {
                let done = context.world().fault(*fault).await;
                settle(context, "break the store", done, EventKind::Broken { fault: *fault });
            }
        }
    }
}

async fn await_held<W: World>(context: &RunContext<W>, gate: Option<Gate>, wanted: u32) {
    let Some(gate) = gate else {
        return context.abandon_by_world("wait at a gate", "the plan has not closed a gate");
    };
    let within = Duration::from_millis(context.contract().answer_ms) * 2;
    let held = tokio::select! {
        biased;
        held = context.world().await_held(wanted, within) => held,
        () = context.over() => return,
    };
    match held {
        Ok(0) => {
            let step = format!("{wanted} request(s) waiting at the {gate:?} gate");
            let why = format!("none was seen there within {} s", within.as_secs());
            context.abandon(&step, &why, Trouble::Server);
        }
        Ok(n) => context.record("store", EventKind::Held { gate, n, wanted }),
        Err(why) => context.abandon_by_world("watch the gate", &why),
    }
}

fn settle<W: World>(
    context: &RunContext<W>,
    step: &str,
    done: Result<(), String>,
    what: EventKind,
) {
    match done {
        Ok(()) => context.record("store", what),
        Err(why) => context.abandon_by_world(step, &why),
    }
}
