use super::run_context::RunContext;
use super::visible;
use super::world::{Snapshot, World};
use crate::history::{EventKind, Trouble};
use crate::plan::{Signal, Step, Target};

/// Carries out the operator's script.
pub(super) async fn run<W: World>(context: &RunContext<W>, actor: &str, steps: &[Step]) {
    for step in steps {
        if context.is_over() {
            return;
        }
        match step {
            Step::Mark { label } => context.mark(actor, label),
            Step::Await { label, times } => context.wait_mark(label, *times).await,
            Step::At { us } => context.wait_at(*us).await,
            Step::Signal { signal, target } => send(context, *signal, *target),
            Step::AwaitDraining => visible::await_draining(context, actor).await,
            Step::AwaitExit => {
                tokio::select! {
                    biased;
                    _ = context.world().exited() => {}
                    () = context.over() => {}
                }
            }
            Step::Freeze => match context.world().freeze().await {
                Ok(()) => context.record("server", EventKind::Frozen),
                Err(why) => context.abandon_by_world("freeze the server", &why),
            },
            Step::Thaw => {
                context.world().thaw();
                context.record("server", EventKind::Thawed);
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
                context.abandon_by_world("carry out the operator's script", "no such step");
            }
        }
    }
}

fn send<W: World>(context: &RunContext<W>, signal: Signal, target: Target) {
    let first = context.signalled_us().is_none();
    if first && context.has_exited() {
        let why = "it had exited by then";
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
    // Recorded first: what the signal causes must not stand before it.
    context.record("operator", EventKind::Signalled { signal, target });
    context.world().signal(signal, target);
}

/// Takes down which connections have bytes that the server has not read, and which it has not
/// accepted: requests on all others, sent before, are proved to be in its hands.
fn snapshot<W: World>(context: &RunContext<W>) {
    let as_of_us = context.now_us();
    // What is connected from here on carries nothing that was sent before.
    let conns = context.conns().clone();
    match context.world().snapshot(&conns) {
        Ok(Snapshot { unread, unaccepted }) => {
            context.record("world", EventKind::Snapshot { as_of_us, unread, unaccepted });
        }
        Err(why) => context.abandon_by_world("read the kernel's socket tables", &why),
    }
}
