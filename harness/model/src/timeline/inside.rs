use super::words::{Tone, Words, words};
use crate::history::{Inside, ReleaseState};
use crate::terminal::clean;

/// What happened inside of a server, in words; `None` for what a reader does not need.
pub(super) fn of(inside: &Inside) -> Option<Words> {
    Some(match inside {
        Inside::Phase { phase } => words('│', Tone::Plain, format!("enters: {}", clean(phase, 40))),
        Inside::Unready => words('│', Tone::Plain, "is not ready any more"),
        Inside::Sealed { queued: 0, .. } => words('│', Tone::Plain, "seals its listener"),
        Inside::Sealed { queued, .. } => {
            words('✗', Tone::Bad, format!("closes its listener on {queued} in the queue"))
        }
        Inside::Dropped { conn, unread } if *unread > 0 => {
            words('✗', Tone::Bad, format!("drops {conn} with {unread} bytes unread"))
        }
        Inside::Ended { call, status: None } => {
            words('✗', Tone::Bad, format!("drops the handler of call {call}"))
        }
        Inside::Release { resource, state } => {
            let (tone, how) = match state {
                ReleaseState::Begun => (Tone::Plain, "releases"),
                ReleaseState::Done => (Tone::Plain, "has released"),
                ReleaseState::GivenUp => (Tone::Bad, "gives up releasing"),
            };
            words('│', tone, format!("{how} {}", clean(resource, 40)))
        }
        Inside::StoreClosed => words('✗', Tone::Bad, "asks a store that is closed"),
        Inside::Left { tasks, sockets } if tasks + sockets > 0 => {
            words('✗', Tone::Bad, format!("leaves {tasks} tasks and {sockets} sockets behind"))
        }
        Inside::Panicked { message } => {
            words('✗', Tone::Bad, format!("panics: {}", clean(message, 120)))
        }
        Inside::Stuck => words('✗', Tone::Bad, "is stuck: nothing can happen any more"),
        Inside::Livelock => words('✗', Tone::Bad, "is busy for ever"),
        Inside::Sealing { .. }
        | Inside::Accepted { .. }
        | Inside::Shut { .. }
        | Inside::Dropped { .. }
        | Inside::Began { .. }
        | Inside::Ended { .. }
        | Inside::Written { .. }
        | Inside::Left { .. }
        | Inside::Report { .. } => return None,
    })
}
