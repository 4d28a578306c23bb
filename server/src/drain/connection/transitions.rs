//! One function for each input. The table in the documentation of
//! [`connection`](crate::drain::connection) lists the results.

use super::machine::Connection;
use super::state::{Body, Buffers, Exchanges, Grace, Idle, Refusal, State};
use super::{Admission, Effect};
use crate::drain::{ConnState, Input, ShutdownFlags};

impl Connection {
    /// Bytes after the end of a body belong to the next request.
    #[inline]
    pub(super) fn bytes_read(&mut self) {
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

    pub(super) fn preface_read(&mut self) {
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
    pub(super) fn request_started(&mut self, has_body: bool) -> Effect {
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

    pub(super) fn end_body(&mut self, request: u32, end: Body) -> Effect {
        // Once the response has ended, no other event may wake the task. So the end of the body
        // wakes the task, which asks for its next action again.
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

    /// Reports that the protocol was polled. No [`ConnInput`](super::ConnInput) says this:
    /// [`next_action`](Self::next_action) calls it.
    #[inline]
    pub(super) fn polled(&mut self) {
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
    pub(super) fn response_started(&mut self, flags: ShutdownFlags) -> Effect {
        let announces_close = flags.has(ShutdownFlags::ANNOUNCE_CLOSE);
        Effect { announces_close, ..Effect::default() }
    }

    #[inline]
    pub(super) fn response_ended(&mut self) -> Effect {
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
    pub(super) fn flushed(&mut self, flags: ShutdownFlags) -> Effect {
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

    pub(super) fn request_dropped(&mut self) -> Effect {
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

    pub(super) fn upgraded(&mut self) -> Effect {
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

    pub(super) fn parked(&mut self) {
        if let State::Idle(idle) = &mut self.state {
            idle.buffers = Buffers::Parked;
            idle.look = false;
        }
    }

    pub(super) fn unread_found(&mut self) {
        if let State::Idle(idle) = &self.state {
            self.state = State::ReadingHead { body: idle.body };
        }
    }

    pub(super) fn close(&mut self, by_peer: bool) {
        let silent = matches!(self.state, State::New { .. });
        match self.state {
            State::New { .. } | State::ReadingHead { .. } | State::Idle(_) => {
                // The server closes between two requests only after a look that found no bytes, and
                // after the end of the last body. So the peer is sending nothing, and no reset
                // destroys a response.
                self.state = State::Closing { silent, linger: by_peer };
            }
            State::Active(_)
            | State::Http2 { .. }
            | State::Upgraded(_)
            | State::Closing { .. }
            | State::Lingering { .. }
            | State::Closed { .. } => {}
        }
    }

    pub(super) fn write_shut(&mut self) -> Effect {
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

    /// All requests of an HTTP/1 connection end with the connection. A handler of HTTP/2 runs in a
    /// task of its own and learns of the end later, so its request ends with that task.
    pub(super) fn gone(&mut self) -> Effect {
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

    pub(super) fn swept(&mut self) -> Effect {
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

    /// Counts one stream less, in the states that count streams. Has no effect in the other states.
    pub(super) fn stream_ended(&mut self) -> Effect {
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
    pub(super) fn rest_if_done(&mut self, grace: Grace) {
        if let State::Active(Exchanges { in_flight: 0, body, unread, .. }) = self.state {
            self.state = if unread {
                State::ReadingHead { body }
            } else {
                State::Idle(Idle::new(body, grace))
            };
        }
    }
}
