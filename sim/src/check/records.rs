//! The parts of [`super::RunRecords`]: one record for each connection, request, call and release.

use lastorders_model::history::{Answer, ConnectError, End};
use lastorders_model::plan::Intent;

/// A time with the event's place in the history. The place orders events of the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    /// Microseconds since the world began to start the server.
    pub(super) us: u64,
    /// The event's place in the history.
    pub(super) place: usize,
}

/// One connection, from both sides.
#[derive(Debug, Clone)]
pub(super) struct Conn<'a> {
    /// `actor@n`.
    pub(super) name: &'a str,
    /// When the client's side was established.
    pub(super) connected: Option<Moment>,
    /// When the connect failed, and the error.
    pub(super) refused: Option<(Moment, ConnectError)>,
    /// When the server accepted the connection.
    pub(super) accepted: Option<Moment>,
    /// When the server shut its side, and the number of unread bytes.
    pub(super) shut: Option<(Moment, u64)>,
    /// When the server dropped the socket, and the number of unread bytes.
    pub(super) dropped: Option<(Moment, u64)>,
    /// When the client observed the end, and the cause.
    pub(super) ended: Option<(Moment, End)>,
    /// When the client left or began to leave. From then on the server may stop its work for it.
    pub(super) left: Option<Moment>,
    /// When the client closed only its own side.
    pub(super) half_closed: Option<Moment>,
    /// Whether the client speaks HTTP/2.
    pub(super) http2: bool,
}

impl<'a> Conn<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Self {
            name,
            connected: None,
            refused: None,
            accepted: None,
            shut: None,
            dropped: None,
            ended: None,
            left: None,
            half_closed: None,
            http2: false,
        }
    }

    /// The name of the client.
    pub(super) fn actor(&self) -> &'a str {
        self.name.split_once('@').map_or(self.name, |(actor, _)| actor)
    }

    /// Whether the record is of one connection of a known client. A pool's connection, or one
    /// without a name, does not show the client's actions.
    pub(super) fn is_known(&self) -> bool {
        self.name != "?" && !self.name.ends_with("@pool")
    }

    /// Whether only the server knows the connection: a probe of the balancer, or a probe for the
    /// first sign of shutdown.
    pub(super) fn is_unrecorded(&self) -> bool {
        self.accepted.is_some() && self.connected.is_none() && self.refused.is_none()
    }

    /// When the server began to close the connection, and the number of unread bytes.
    pub(super) fn closed(&self) -> Option<(Moment, u64)> {
        match (self.shut, self.dropped) {
            (Some(shut), Some(dropped)) => Some(if shut.0 <= dropped.0 { shut } else { dropped }),
            (shut, dropped) => shut.or(dropped),
        }
    }

    /// Whether the client had left by `us`.
    pub(super) fn left_by(&self, us: u64) -> bool {
        self.left.is_some_and(|left| left.us <= us)
    }
}

/// One request, as its client knows it.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    /// `actor#n`.
    pub(super) id: &'a str,
    /// The connection's index in [`super::RunRecords::conns`].
    pub(super) conn: usize,
    /// The purpose of the request.
    pub(super) intent: Intent,
    /// The time before the first byte was sent, in microseconds.
    pub(super) first_us: u64,
    /// When the last byte had been sent.
    pub(super) last: Option<Moment>,
    /// Whether the client sent the request in parts.
    pub(super) parts: bool,
    /// Whether the client sent the request before the answer to the previous request.
    pub(super) pipelined: bool,
    /// The whole answer.
    pub(super) answered: Option<(Moment, &'a Answer)>,
    /// The end without a whole answer: the cause, and whether a part of the answer had come.
    pub(super) ended: Option<(Moment, End, bool)>,
    /// Whether the kernel refused the bytes.
    pub(super) not_sent: bool,
}

/// One request, as the application knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// The number of the call in the history.
    pub(super) call: u64,
    /// The connection's index in [`super::RunRecords::conns`].
    pub(super) conn: usize,
    /// Whether the request is a `HEAD`, whose answer never has a body.
    pub(super) head: bool,
    /// When the application was called.
    pub(super) began: Moment,
    /// When the answer was ready, with its status; `None` for a dropped handler.
    pub(super) ended: Option<(Moment, Option<u16>)>,
    /// When the server had taken the whole body (`true`), or dropped the body earlier (`false`).
    pub(super) written: Option<(Moment, bool)>,
}

impl Call {
    /// When the call was over: its body taken or dropped, or its handler dropped.
    pub(super) fn over(&self) -> Option<Moment> {
        match self.ended {
            Some((at, None)) => Some(at),
            Some((at, Some(_))) if self.is_bodiless() => Some(at),
            Some((_, Some(_))) | None => self.written.map(|(at, _)| at),
        }
    }

    /// When the call was cut: its handler dropped, or its body before the end.
    pub(super) fn cut(&self) -> Option<Moment> {
        match (self.ended, self.written) {
            (Some((at, None)), _) => Some(at),
            (_, Some((at, false))) if !self.is_bodiless() => Some(at),
            _ => None,
        }
    }

    /// Whether the answer has no body on the wire, so the server drops the body unread.
    fn is_bodiless(&self) -> bool {
        self.head || matches!(self.ended, Some((_, Some(100..200 | 204 | 304))))
    }

    /// Whether the call was open at this moment: begun before, and not over before.
    pub(super) fn is_open_at(&self, at: Moment) -> bool {
        self.began < at && self.over().is_none_or(|over| over > at)
    }

    /// Whether the call spans this time, and did not only begin or end at this instant.
    pub(super) fn spans(&self, us: u64) -> bool {
        self.began.us < us && self.over().is_none_or(|over| over.us > us)
    }

    /// Whether the application answered that the connection leaves HTTP.
    pub(super) fn is_upgrade(&self) -> bool {
        matches!(self.ended, Some((_, Some(101))))
    }
}

/// The release of one resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Release<'a> {
    /// The resource's name.
    pub(super) resource: &'a str,
    /// When the release began.
    pub(super) begun: Moment,
    /// When the release ended, and whether the resource was released.
    pub(super) over: Option<(Moment, bool)>,
}
