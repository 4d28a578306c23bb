use std::time::Duration;

use crate::buggify::{self, Site, buggify};
use crate::drain::{
    Admission, ConnAction, ConnInput, Connection, ConnectionClass, Effect, ShutdownFlags,
};
use crate::injected::{InjectedBug, injected};

/// Whether the hooks need every call of a connection's machine. Without hooks, the server leaves
/// out calls that have no effect while it serves. [`InjectedBug::CountedByHandler`] ends a request
/// at the head of its response, and [`Site::ParkEarly`] parks at any time.
pub(crate) fn is_active() -> bool {
    injected(InjectedBug::CountedByHandler) || buggify::is_enabled(Site::ParkEarly)
}

/// Hands an input to a connection's machine, and injects bugs into the effect.
pub(crate) fn conn_handle(
    machine: &mut Connection,
    flags: ShutdownFlags,
    input: ConnInput,
) -> Effect {
    let mut effect = match input {
        ConnInput::ResponseStarted if injected(InjectedBug::CountedByHandler) => {
            let announces_close = machine.handle(flags, input).announces_close;
            Effect { announces_close, ..machine.handle(flags, ConnInput::RequestDropped) }
        }
        ConnInput::Upgraded if injected(InjectedBug::UpgradedForgotten) => {
            machine.handle(flags, ConnInput::Gone)
        }
        input => machine.handle(flags, input),
    };
    if injected(InjectedBug::CounterLeaked)
        && matches!(input, ConnInput::RequestDropped | ConnInput::WriteShut | ConnInput::Gone)
    {
        effect.ended = 0;
    }
    if injected(InjectedBug::NoConnectionClose) {
        effect.announces_close = false;
    }
    if let Some(Admission::Serve { late }) = &mut effect.started {
        *late = buggify(Site::HandlerLate);
    }
    effect
}

/// Asks a connection's machine for its next action, which bugs and rare paths may replace.
pub(crate) fn conn_next_action(
    machine: &mut Connection,
    now: Duration,
    flags: ShutdownFlags,
) -> ConnAction {
    if machine.class() == Some(ConnectionClass::Idle) && buggify(Site::ParkEarly) {
        for _ in 0..2 {
            let _ = machine.handle(flags, ConnInput::Swept);
        }
    }
    let action = machine.next_action(now, flags);
    let looks = action == ConnAction::Look && machine.class() == Some(ConnectionClass::Idle);
    if looks && injected(InjectedBug::IdleClosedUnread) {
        return machine.next_action(now, flags);
    }
    action
}
