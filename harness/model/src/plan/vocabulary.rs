use super::{Closing, Intent, Part, Role, Step};

/// Whether an actor of this role can take this step.
pub(super) fn fits(role: Role, step: &Step) -> bool {
    match step {
        Step::Mark { .. } | Step::Await { .. } | Step::At { .. } | Step::Repeat { .. } => true,
        Step::Send { part: Part::Whole, request } if request.intent != Intent::Upgrade => {
            matches!(role, Role::Client | Role::Http2Client | Role::PooledClient { .. })
        }
        Step::Receive => {
            matches!(role, Role::Client | Role::Http2Client | Role::PooledClient { .. })
        }
        Step::Connect | Step::ExpectClose | Step::Close { how: Closing::Fin | Closing::Reset } => {
            matches!(role, Role::Client | Role::Http2Client)
        }
        Step::Send { .. } | Step::ReadSlowly { .. } | Step::Close { how: Closing::Half } => {
            role == Role::Client
        }
        Step::Signal { .. } | Step::AwaitDraining | Step::Freeze | Step::Thaw | Step::AwaitExit => {
            role == Role::Operator
        }
        Step::Hold { .. } | Step::AwaitHeld { .. } | Step::LetGo { .. } | Step::Fault { .. } => {
            role == Role::Store
        }
    }
}

/// The step, as it is said after "it cannot".
pub(super) fn word(step: &Step) -> &'static str {
    match step {
        Step::Mark { .. } => "set a mark",
        Step::Await { .. } => "wait for a mark",
        Step::At { .. } => "wait for a time",
        Step::Repeat { .. } => "repeat",
        Step::Connect => "connect",
        Step::Send { request, .. } if request.intent == Intent::Upgrade => "ask for an upgrade",
        Step::Send { part: Part::Whole, .. } => "send",
        Step::Send { .. } => "send a part",
        Step::Receive => "receive",
        Step::ReadSlowly { .. } => "read slowly",
        Step::ExpectClose => "expect a close",
        Step::Close { how: Closing::Half } => "close its side alone",
        Step::Close { .. } => "close",
        Step::Signal { .. } => "send a signal",
        Step::AwaitDraining => "wait for the drain",
        Step::Freeze => "freeze the server",
        Step::Thaw => "thaw the server",
        Step::AwaitExit => "wait for the exit",
        Step::Hold { .. } => "close a gate",
        Step::AwaitHeld { .. } => "wait for requests at a gate",
        Step::LetGo { .. } => "open a gate",
        Step::Fault { .. } => "break the store",
    }
}
