use std::mem;
use std::time::Duration;

use super::{ConnAction, ConnectionClass};
use crate::drain::ShutdownFlags;

/// The state of a connection, with the data of that state.
///
/// `look`: whether a look has found no bytes. `streams`: requests in flight of HTTP/2. `goaway`:
/// whether GOAWAY was sent. `silent`: whether the peer has never sent a byte. `linger`: whether the
/// server reads on after its FIN. `lingered`: whether the server had sent its FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    New { look: bool },
    ReadingHead { body: Body },
    Active(Exchanges),
    Idle(Idle),
    Http2 { streams: u32, goaway: bool },
    Upgraded(Exchanges),
    Closing { silent: bool, linger: bool },
    Lingering { streams: u32 },
    Closed { streams: u32, lingered: bool },
}

impl State {
    pub(super) fn class(&self) -> Option<ConnectionClass> {
        Some(match self {
            Self::New { .. } | Self::Closing { silent: true, .. } => ConnectionClass::New,
            Self::ReadingHead { .. } => ConnectionClass::HalfHead,
            Self::Active(_) => ConnectionClass::Active,
            Self::Idle(_) | Self::Closing { silent: false, .. } => ConnectionClass::Idle,
            Self::Http2 { .. } | Self::Closed { streams: 1.., lingered: false } => {
                ConnectionClass::Http2
            }
            Self::Upgraded(_) => ConnectionClass::Upgraded,
            Self::Lingering { .. } | Self::Closed { streams: 1.., lingered: true } => {
                ConnectionClass::Lingering
            }
            Self::Closed { streams: 0, .. } => return None,
        })
    }

    /// See [`Connection::asks`](super::Connection::asks).
    pub(super) fn asks(&self) -> bool {
        let body = match self {
            Self::ReadingHead { body } => body,
            Self::Active(exchanges) => &exchanges.body,
            Self::Idle(idle) => {
                if idle.buffers == Buffers::Due {
                    return true;
                }
                &idle.body
            }
            Self::New { .. }
            | Self::Http2 { .. }
            | Self::Upgraded(_)
            | Self::Closing { .. }
            | Self::Lingering { .. }
            | Self::Closed { .. } => return false,
        };
        matches!(body, Body::Dropped { .. })
    }

    pub(super) fn has_unread_body(&self) -> bool {
        match self {
            Self::ReadingHead { body } => !body.is_ended(),
            Self::Active(exchanges) | Self::Upgraded(exchanges) => !exchanges.body.is_ended(),
            Self::Idle(idle) => !idle.body.is_ended(),
            Self::New { .. }
            | Self::Http2 { .. }
            | Self::Closing { .. }
            | Self::Lingering { .. }
            | Self::Closed { .. } => false,
        }
    }
}

/// The requests in flight on a connection that speaks HTTP/1, which answers them in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Exchanges {
    /// All requests whose heads were read and that have not ended.
    pub(super) in_flight: u32,
    /// How many of these requests have a complete response, which the next flush hands to the
    /// socket.
    pub(super) complete: u32,
    /// The body of the last request.
    pub(super) body: Body,
    /// Whether bytes were read that belong to none of these requests.
    pub(super) unread: bool,
}

/// A connection between two requests of HTTP/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Idle {
    /// The body of the last request, whose handler may have answered early.
    pub(super) body: Body,
    /// Whether a look has found no bytes since the connection became idle.
    pub(super) look: bool,
    pub(super) grace: Grace,
    pub(super) buffers: Buffers,
}

/// The state of the body of an HTTP/1 request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Body {
    /// The request has no body, or the body is at its end.
    Ended,
    /// The application may read more of the body of this request.
    Open(u32),
    /// The application has dropped the body before its end. At its next poll hyper reads the rest
    /// of the body, or closes the connection instead.
    ///
    /// `polled`: one poll has ended since the drop. That poll may have begun before the drop, so
    /// the body ends only with a second poll.
    Dropped { polled: bool },
}

impl Body {
    /// The body at the moment at which the head of `request` was read.
    pub(super) fn of(request: u32, has_body: bool) -> Self {
        if has_body { Self::Open(request) } else { Self::Ended }
    }

    pub(super) fn is_ended(self) -> bool {
        self == Self::Ended
    }

    /// Sets the body of `request` to `end`, if that body is open. Returns whether it was open.
    pub(super) fn end(&mut self, request: u32, end: Self) -> bool {
        let open = *self == Self::Open(request);
        if open {
            *self = end;
        }
        open
    }

    /// Reports that hyper was polled. Returns whether a dropped body is now at its end.
    pub(super) fn polled(&mut self) -> bool {
        match *self {
            Self::Dropped { polled: true } => {
                *self = Self::Ended;
                true
            }
            Self::Dropped { polled: false } => {
                *self = Self::Dropped { polled: true };
                false
            }
            Self::Ended | Self::Open(_) => false,
        }
    }
}

/// How long an idle connection stays open in a shutdown, so that one more request may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Grace {
    /// No response has ended during the shutdown. The shutdown machine bounds the time, by
    /// `CLOSE_IDLE`.
    None,
    /// The last response ended during the shutdown, and the time begins at the next action.
    Begins,
    /// The end of the time, since the origin of the shutdown machine.
    Until(Duration),
}

/// The buffers of an idle connection, and the sweeps since it became idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Buffers {
    /// No sweep since the last request.
    Fresh,
    /// One sweep since the last request.
    SweptOnce,
    /// Two sweeps since the last request.
    Due,
    /// The connection holds no buffers.
    Parked,
}

/// Whether requests that start now are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Refusal {
    No,
    /// A look reads the requests that have arrived. The server still serves these.
    Looking,
    Yes,
}

impl Exchanges {
    pub(super) fn new(body: Body) -> Self {
        Self { in_flight: 1, complete: 0, body, unread: false }
    }

    /// Removes the requests with a complete response. Returns their number.
    pub(super) fn flush(&mut self) -> u32 {
        let ended = mem::take(&mut self.complete);
        self.in_flight -= ended;
        ended
    }
}

impl Idle {
    pub(super) fn new(body: Body, grace: Grace) -> Self {
        Self { body, look: false, grace, buffers: Buffers::Fresh }
    }

    /// The next action of an idle connection.
    pub(super) fn next_action(
        &mut self,
        now: Duration,
        flags: ShutdownFlags,
        idle_grace: Duration,
    ) -> ConnAction {
        if self.grace == Grace::Begins {
            self.grace = Grace::Until(now.saturating_add(idle_grace));
        }
        match self.body {
            Body::Ended => {}
            // The body's bytes could be taken for a request, and a request may follow them.
            Body::Open(_) => return ConnAction::Stay { until: None },
            Body::Dropped { .. } => return ConnAction::Look,
        }
        if flags.has(ShutdownFlags::CLOSE_IDLE) {
            return match self.grace {
                Grace::Until(at) if now < at => ConnAction::Stay { until: Some(at) },
                Grace::None | Grace::Begins | Grace::Until(_) => {
                    look_first(&mut self.look, ConnAction::Close)
                }
            };
        }
        match self.buffers {
            Buffers::Due => look_first(&mut self.look, ConnAction::Park),
            Buffers::Fresh | Buffers::SweptOnce | Buffers::Parked => {
                ConnAction::Stay { until: None }
            }
        }
    }
}

/// Returns `Look` at the first call, and `then` afterwards.
pub(super) fn look_first(look: &mut bool, then: ConnAction) -> ConnAction {
    if mem::replace(look, true) { then } else { ConnAction::Look }
}
