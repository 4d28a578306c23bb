use std::time::Duration;

use super::state::{Body, Buffers, Exchanges, Grace, Idle, Refusal, State, look_first};
use super::{Admission, ConnAction, ConnInput, ConnectionClass, Effect};
use crate::drain::{ConnState, Input, ShutdownFlags};

/// The state machine of one connection. The module's documentation has the table of states.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(super) state: State,
    refusal: Refusal,
    /// The number of the next request.
    pub(super) next_request: u32,
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

    /// Whether [`next_action`](Self::next_action) may return more than `Stay` while no flag is set.
    pub(crate) fn asks(&self) -> bool {
        self.state.asks()
    }

    /// Whether the server reads until the peer closes, after its own FIN. Then no reset destroys a
    /// response on its way. A connection that was closed between two requests needs no such wait.
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

    /// What the connection is doing, for reports; `None` if nothing is left of it.
    pub(crate) fn class(&self) -> Option<ConnectionClass> {
        self.state.class()
    }

    #[inline]
    fn bytes_read(&mut self) {
        match &mut self.state {
            State::New { .. } => self.state = State::ReadingHead { body: Body::Ended },
            State::Idle(idle) => self.state = State::ReadingHead { body: idle.body },
            State::Active(exchanges) => exchanges.unread |= exchanges.body.is_ended(),
            State::ReadingHead { .. }
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => {}
        }
    }

    fn preface_read(&mut self) {
        match self.state {
            State::New { .. } | State::ReadingHead { .. } => {
                self.state = State::Http2 { streams: 0, goaway: false };
            }
            State::Active(_)
            | State::Idle(_)
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => {}
        }
    }

    #[inline]
    fn request_started(&mut self, has_body: bool) -> Effect {
        let request = self.next_request;
        self.next_request = self.next_request.wrapping_add(1);
        let body = Body::of(request, has_body);
        match &mut self.state {
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Idle(_)
            | State::Closing { .. } => {
                self.state = State::Active(Exchanges::new(body));
            }
            State::Active(exchanges) => {
                // The protocol reads a head only when the body of the request before is at its end.
                exchanges.in_flight += 1;
                exchanges.body = body;
                exchanges.unread = false;
            }
            State::Http2 { streams, .. } | State::Lingering { streams } => *streams += 1,
            State::Upgraded(_) | State::Closed { .. } => return Effect::default(),
        }
        let refuses = self.refusal == Refusal::Yes;
        let admission = if refuses { Admission::Refuse } else { Admission::Serve { late: false } };
        Effect { started: Some(admission), ..Effect::default() }
    }

    fn end_body(&mut self, request: u32, end: Body) -> Effect {
        // After the response nothing else may wake the task, which has to decide anew.
        let wake = match &mut self.state {
            State::ReadingHead { body } => {
                let ended = body.end(request, end);
                if ended && body.is_ended() {
                    self.state = State::Idle(Idle::new(Body::Ended, Grace::None));
                }
                ended
            }
            State::Active(exchanges) | State::Upgraded(exchanges) => {
                exchanges.body.end(request, end);
                false
            }
            State::Idle(idle) => {
                let ended = idle.body.end(request, end);
                if ended {
                    // A look while the body was open did not reach the bytes after the body.
                    idle.look = false;
                }
                ended
            }
            State::New { .. }
            | State::Http2 { .. }
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => false,
        };
        Effect { wake, ..Effect::default() }
    }

    /// Notes that the protocol was polled.
    #[inline]
    fn polled(&mut self) {
        match &mut self.state {
            State::ReadingHead { body } => {
                if body.polled() {
                    self.state = State::Idle(Idle::new(Body::Ended, Grace::None));
                }
            }
            State::Active(exchanges) => {
                exchanges.body.polled();
            }
            State::Idle(idle) => {
                if idle.body.polled() {
                    idle.look = false;
                }
            }
            State::New { .. }
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => {}
        }
    }

    /// HTTP/1 announces the close in each response. HTTP/2 sends GOAWAY instead.
    fn response_started(&mut self, flags: ShutdownFlags) -> Effect {
        let announces_close = flags.has(ShutdownFlags::ANNOUNCE_CLOSE);
        Effect { announces_close, ..Effect::default() }
    }

    #[inline]
    fn response_ended(&mut self) -> Effect {
        match &mut self.state {
            State::Active(exchanges) | State::Upgraded(exchanges) => {
                exchanges.complete = exchanges.in_flight.min(exchanges.complete + 1);
                Effect::default()
            }
            State::Http2 { .. }
            | State::Lingering { .. }
            | State::Closed { .. }
            | State::New { .. }
            | State::ReadingHead { .. }
            | State::Idle(_)
            | State::Closing { .. } => self.stream_ended(),
        }
    }

    #[inline]
    fn flushed(&mut self, flags: ShutdownFlags) -> Effect {
        match &mut self.state {
            State::Active(exchanges) if exchanges.complete > 0 => {
                let ended = exchanges.flush();
                // The protocol may already have begun the next request. It then waited for room to
                // write, and continues only when the task is woken.
                let wake = exchanges.in_flight > 0;
                let grace = if flags.is_none() { Grace::None } else { Grace::Begins };
                self.rest_if_done(grace);
                Effect { ended, wake, ..Effect::default() }
            }
            State::Upgraded(exchanges) => Effect { ended: exchanges.flush(), ..Effect::default() },
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Active(_)
            | State::Idle(_)
            | State::Http2 { .. }
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => Effect::default(),
        }
    }

    fn request_dropped(&mut self) -> Effect {
        match &mut self.state {
            State::Active(exchanges) | State::Upgraded(exchanges) => {
                let ended = u32::from(exchanges.in_flight > exchanges.complete);
                exchanges.in_flight -= ended;
                self.rest_if_done(Grace::None);
                Effect { ended, ..Effect::default() }
            }
            State::Http2 { .. }
            | State::Lingering { .. }
            | State::Closed { .. }
            | State::New { .. }
            | State::ReadingHead { .. }
            | State::Idle(_)
            | State::Closing { .. } => self.stream_ended(),
        }
    }

    fn upgraded(&mut self) -> Effect {
        match self.state {
            State::Active(exchanges) => {
                self.state = State::Upgraded(exchanges);
                Effect { tell: Some(Input::Upgraded), ..Effect::default() }
            }
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Idle(_)
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => Effect::default(),
        }
    }

    fn parked(&mut self) {
        if let State::Idle(idle) = &mut self.state {
            idle.buffers = Buffers::Parked;
            idle.look = false;
        }
    }

    fn unread_found(&mut self) {
        if let State::Idle(idle) = &self.state {
            self.state = State::ReadingHead { body: idle.body };
        }
    }

    fn close(&mut self, by_peer: bool) {
        let silent = matches!(self.state, State::New { .. });
        match self.state {
            State::New { .. } | State::ReadingHead { .. } | State::Idle(_) => {
                // Between two requests a reset can destroy no response. The exception is a request
                // that was answered before the end of its body.
                let linger = by_peer || self.has_unread_body();
                self.state = State::Closing { silent, linger };
            }
            State::Active(_)
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => {}
        }
    }

    fn write_shut(&mut self) -> Effect {
        let (ended, streams) = match self.state {
            State::Active(exchanges) => (exchanges.in_flight, 0),
            State::Http2 { streams, .. } => (0, streams),
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Idle(_)
            | State::Closing { .. } => (0, 0),
            State::Upgraded(_) | State::Lingering { .. } | State::Closed { .. } => {
                return Effect::default();
            }
        };
        self.state = State::Lingering { streams };
        Effect { ended, tell: Some(Input::Shut), ..Effect::default() }
    }

    /// The requests of an HTTP/1 connection end with it. A handler of HTTP/2 runs in a task of its
    /// own and learns of the end later, so its request ends with that task.
    fn gone(&mut self) -> Effect {
        let (was, ended, streams) = match self.state {
            State::Active(exchanges) => (ConnState::Open, exchanges.in_flight, 0),
            State::Upgraded(exchanges) => (ConnState::Upgraded, exchanges.in_flight, 0),
            State::Http2 { streams, .. } => (ConnState::Open, 0, streams),
            State::Lingering { streams } => (ConnState::Lingering, 0, streams),
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Idle(_)
            | State::Closing { .. } => (ConnState::Open, 0, 0),
            State::Closed { .. } => return Effect::default(),
        };
        self.state = State::Closed { streams, lingered: was == ConnState::Lingering };
        let unlisted = streams == 0;
        Effect { ended, tell: Some(Input::Closed(was)), unlisted, ..Effect::default() }
    }

    fn swept(&mut self) -> Effect {
        let State::Idle(idle) = &mut self.state else { return Effect::default() };
        match idle.buffers {
            Buffers::Fresh => idle.buffers = Buffers::SweptOnce,
            Buffers::SweptOnce if idle.body.is_ended() => {
                idle.buffers = Buffers::Due;
                return Effect { wake: true, ..Effect::default() };
            }
            Buffers::SweptOnce | Buffers::Due | Buffers::Parked => {}
        }
        Effect::default()
    }

    /// Counts one stream less, in the states that count requests as streams.
    fn stream_ended(&mut self) -> Effect {
        let closed = matches!(self.state, State::Closed { .. });
        match &mut self.state {
            State::Http2 { streams, .. }
            | State::Lingering { streams }
            | State::Closed { streams, .. }
                if *streams > 0 =>
            {
                *streams -= 1;
                Effect { ended: 1, unlisted: closed && *streams == 0, ..Effect::default() }
            }
            State::New { .. }
            | State::ReadingHead { .. }
            | State::Active(_)
            | State::Idle(_)
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => Effect::default(),
        }
    }

    /// Leaves `Active` if its last request has ended.
    #[inline]
    fn rest_if_done(&mut self, grace: Grace) {
        if let State::Active(Exchanges { in_flight: 0, body, unread, .. }) = self.state {
            self.state = if unread {
                State::ReadingHead { body }
            } else {
                State::Idle(Idle::new(body, grace))
            };
        }
    }

    /// Refuses new requests after one more look. Returns whether that look is due now.
    fn refuse(&mut self) -> bool {
        let looks = self.refusal == Refusal::No;
        self.refusal = if looks { Refusal::Looking } else { Refusal::Yes };
        looks
    }
}
