use super::run_context::RunContext;
use super::script::{Performer, run_script};
use super::visible;
use super::world::{Snapshot, World};
use crate::history::{EventKind, Trouble};
use crate::plan::{OperatorStep, Signal, Step, Target};

/// Runs the operator's script.
pub(super) async fn run<W: World>(
    context: &RunContext<W>,
    actor: &str,
    steps: &[Step<OperatorStep>],
) {
    run_script(context, actor, steps, &mut Operator { context, actor }).await;
}

struct Operator<'a, W: World> {
    context: &'a RunContext<W>,
    actor: &'a str,
}

impl<W: World> Performer<OperatorStep> for Operator<'_, W> {
    async fn perform(&mut self, step: &OperatorStep, _: bool) {
        let Self { context, actor } = *self;
        match step {
            OperatorStep::Signal { signal, target } => send(context, *signal, *target),
            OperatorStep::AwaitDraining => visible::await_draining(context, actor).await,
            OperatorStep::AwaitExit => {
                tokio::select! {
                    biased;
                    _ = context.world().exited() => {}
                    () = context.over() => {}
                }
            }
            OperatorStep::Freeze => match context.world().freeze().await {
                Ok(()) => context.record("server", EventKind::Frozen),
                Err(why) => context.abandon_by_world("freeze the server", &why),
            },
            OperatorStep::Thaw => {
                context.world().thaw();
                context.record("server", EventKind::Thawed);
            }
        }
    }
}

fn send<W: World>(context: &RunContext<W>, signal: Signal, target: Target) {
    let first = context.signalled_us().is_none();
    if first && context.has_exited() {
        let why = "the server had exited before";
        return context.abandon("send a signal to the server", why, Trouble::Server);
    }
    context.world().brace();
    if first {
        if let Some(worst_us) = context.world().take_lag_us() {
            context.record("world", EventKind::Lag { worst_us });
        }
        snapshot(context);
    }
    context.set_signalled();
    // Recorded first, because no effect of the signal may stand before the signal.
    context.record("operator", EventKind::Signalled { signal, target });
    context.world().signal(signal, target);
}

/// Records the connections with bytes that the server has not read, and those that the server has
/// not accepted. Earlier requests on all other connections are proved to be in the server's hands.
fn snapshot<W: World>(context: &RunContext<W>) {
    let as_of_us = context.now_us();
    // Connections made after this line carry only later requests.
    let conns = context.conns().clone();
    match context.world().snapshot(&conns) {
        Ok(Snapshot { unread, unaccepted }) => {
            context.record("world", EventKind::Snapshot { as_of_us, unread, unaccepted });
        }
        Err(why) => context.abandon_by_world("read the kernel's socket tables", &why),
    }
}
