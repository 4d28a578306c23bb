use std::time::Duration;

use super::state::{Body, Refusal, State, look_first};
use super::{ConnAction, ConnInput, ConnectionClass, Effect};
use crate::drain::ShutdownFlags;

/// The state machine of one connection. The module's documentation has the table of states.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(super) state: State,
    /// Whether the connection refuses new requests.
    pub(super) refusal: Refusal,
    /// The number of the next request.
    pub(super) next_request: u32,
    /// How long an idle connection stays open after a response that ended during the shutdown.
    idle_grace: Duration,
}

impl Connection {
    /// Creates the machine of a connection that was just accepted.
    pub(crate) fn new(flags: ShutdownFlags, idle_grace: Duration) -> Self {
        let refuses = flags.has(ShutdownFlags::REFUSE_WORK);
        let refusal = if refuses { Refusal::Yes } else { Refusal::No };
        Self { state: State::New { look: false }, refusal, next_request: 0, idle_grace }
    }

    /// Handles an input. `flags` are the flags that the shutdown has set so far.
    #[inline(always)]
    pub(crate) fn handle(&mut self, flags: ShutdownFlags, input: ConnInput) -> Effect {
        match input {
            ConnInput::BytesRead => self.bytes_read(),
            ConnInput::PrefaceRead => self.preface_read(),
            ConnInput::RequestStarted { has_body } => return self.request_started(has_body),
            ConnInput::BodyEnded(request) => return self.end_body(request, Body::Ended),
            ConnInput::BodyDropped(request) => {
                return self.end_body(request, Body::Dropped { polled: false });
            }
            ConnInput::ResponseStarted => return self.response_started(flags),
            ConnInput::ResponseEnded => return self.response_ended(),
            ConnInput::Flushed => return self.flushed(flags),
            ConnInput::RequestDropped => return self.request_dropped(),
            ConnInput::Upgraded => return self.upgraded(),
            ConnInput::Parked => self.parked(),
            ConnInput::UnreadFound => self.unread_found(),
            ConnInput::PeerClosed => self.close(true),
            ConnInput::CloseBegan => self.close(false),
            ConnInput::WriteShut => return self.write_shut(),
            ConnInput::Gone => return self.gone(),
            ConnInput::Swept => return self.swept(),
        }
        Effect::default()
    }

    /// The next action. Call this directly after a poll of the protocol that returned `Pending`.
    ///
    /// `now` is the time since the origin of the shutdown machine. The machine reads `now` only
    /// while a flag is set.
    #[inline]
    pub(crate) fn next_action(&mut self, now: Duration, flags: ShutdownFlags) -> ConnAction {
        if flags.has(ShutdownFlags::ABORT) {
            return ConnAction::Abort;
        }
        if flags.has(ShutdownFlags::REFUSE_WORK) && self.refuse() {
            return ConnAction::Look;
        }
        self.polled();
        let idle_grace = self.idle_grace;
        match &mut self.state {
            State::New { look } if flags.has(ShutdownFlags::CLOSE_SILENT) => {
                look_first(look, ConnAction::Close)
            }
            State::Http2 { goaway, .. } if flags.has(ShutdownFlags::ANNOUNCE_CLOSE) && !*goaway => {
                *goaway = true;
                ConnAction::GoAway
            }
            State::Idle(idle) => idle.next_action(now, flags, idle_grace),
            State::ReadingHead { body: Body::Dropped { .. } } => ConnAction::Look,
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Active(_)
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => ConnAction::Stay { until: None },
        }
    }

    /// Whether [`next_action`](Self::next_action) must be called even while no flag is set: the
    /// connection is due to park, or the machine counts the polls after a body was dropped.
    pub(crate) fn asks(&self) -> bool {
        self.state.asks()
    }

    /// Whether the server reads on after its FIN until the peer closes, so that no reset destroys a
    /// response on its way. A connection that the server closes between two requests needs no such
    /// wait.
    pub(crate) fn lingers(&self) -> bool {
        !matches!(self.state, State::Closing { linger: false, .. })
    }

    /// Whether no response can reach the peer any more.
    pub(crate) fn is_deaf(&self) -> bool {
        matches!(self.state, State::Lingering { .. } | State::Closed { .. })
    }

    /// Whether the body of the last request is not at its end. Then bytes on the connection may
    /// belong to that body.
    pub(crate) fn has_unread_body(&self) -> bool {
        self.state.has_unread_body()
    }

    /// The number of the request that started last.
    pub(crate) fn last_request(&self) -> u32 {
        self.next_request.wrapping_sub(1)
    }

    /// What the connection is doing, for reports; `None` if nothing is left of the connection.
    pub(crate) fn class(&self) -> Option<ConnectionClass> {
        self.state.class()
    }

    /// Call this while `REFUSE_WORK` is set. The first call returns `true`: a look is due, and the
    /// requests that it reads are served. From the second call on, new requests are refused.
    fn refuse(&mut self) -> bool {
        let looks = self.refusal == Refusal::No;
        self.refusal = if looks { Refusal::Looking } else { Refusal::Yes };
        looks
    }
}
