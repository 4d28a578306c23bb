use std::pin::Pin;

use super::MOST_ROUNDS;
use super::run_context::RunContext;
use super::world::World;
use crate::history::EventKind;
use crate::plan::{Step, Until};

/// Runs the steps that only one role has.
pub trait Performer<S>: Send {
    /// Runs one step. `again` is true for a step inside a `Repeat`.
    fn perform(&mut self, step: &S, again: bool) -> impl Future<Output = ()> + Send;

    /// Whether a connection of this actor was refused, or ended with an answer due. This is the
    /// condition of [`Until::Gone`].
    fn is_gone(&self) -> bool {
        false
    }
}

/// Runs an actor's script. Returns at its end, or when the run is over. Not cancel safe: a dropped
/// script is half done.
pub async fn run_script<W: World, S: Sync>(
    context: &RunContext<W>,
    actor: &str,
    steps: &[Step<S>],
    performer: &mut impl Performer<S>,
) {
    Script { context, actor, rounds: 0 }.run(steps, performer, false).await;
}

struct Script<'a, W: World> {
    context: &'a RunContext<W>,
    actor: &'a str,
    /// The rounds of the outermost `Repeat` and of every `Repeat` inside. One bound holds for all
    /// of them, because nested bounds would multiply.
    rounds: u64,
}

impl<W: World> Script<'_, W> {
    async fn run<S: Sync>(
        &mut self,
        steps: &[Step<S>],
        performer: &mut impl Performer<S>,
        again: bool,
    ) {
        for step in steps {
            if self.context.is_over() {
                return;
            }
            match step {
                Step::Mark { label } => self.context.mark(self.actor, label),
                Step::Await { label, times } => self.context.wait_mark(label, *times).await,
                Step::At { us } => self.context.wait_at(*us).await,
                Step::Repeat { until, steps } => {
                    if !again {
                        self.rounds = 0;
                    }
                    self.repeat(until, steps, performer).await;
                }
                Step::Own(step) => performer.perform(step, again).await,
            }
        }
    }

    /// Boxed, because the rounds of a `Repeat` are scripts themselves.
    fn repeat<'b, S: Sync>(
        &'b mut self,
        until: &'b Until,
        steps: &'b [Step<S>],
        performer: &'b mut impl Performer<S>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'b>> {
        Box::pin(async move {
            let mut round = 0;
            loop {
                let done = match until {
                    Until::Times(times) => round >= *times,
                    // After the exit nothing is left to wait for.
                    Until::Mark(label) => {
                        self.context.is_marked(label) || self.context.has_exited()
                    }
                    Until::Gone => performer.is_gone() || self.context.has_exited(),
                };
                if done || self.context.is_over() {
                    return;
                }
                if self.rounds >= MOST_ROUNDS {
                    let text = format!("{} stopped after {} rounds", self.actor, self.rounds);
                    self.context.record(self.actor, EventKind::Note { text });
                    return;
                }
                self.rounds += 1;
                round += 1;
                self.run(steps, performer, true).await;
            }
        })
    }
}
