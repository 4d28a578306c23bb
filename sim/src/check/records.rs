//! What [`super::RunRecords`] gathers: one record for each connection, request, call and release.

use lastorders_model::history::{Answer, ConnectError, End};
use lastorders_model::plan::Intent;

/// A moment: its time, and its place among the events, which orders what has one time.
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
    /// Why it was not.
    pub(super) refused: Option<(Moment, ConnectError)>,
    /// When the server accepted it.
    pub(super) accepted: Option<Moment>,
    /// When the server shut its side, and how many bytes it had not read.
    pub(super) shut: Option<(Moment, u64)>,
    /// When the server let go of it, and how many bytes it had not read.
    pub(super) dropped: Option<(Moment, u64)>,
    /// When its client knew of its end, and what ended it.
    pub(super) ended: Option<(Moment, End)>,
    /// When its client left or began to: from then on the server may give up what it does for it.
    pub(super) left: Option<Moment>,
    /// When its client closed its own side alone.
    pub(super) half_closed: Option<Moment>,
    /// Its client speaks HTTP/2.
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

    /// Whose it is.
    pub(super) fn actor(&self) -> &'a str {
        self.name.split_once('@').map_or(self.name, |(actor, _)| actor)
    }

    /// Whether it is the client's view of a single connection: one of a pool, or one that the
    /// world cannot name, says nothing about what its client did when.
    pub(super) fn is_known(&self) -> bool {
        self.name != "?" && !self.name.ends_with("@pool")
    }

    /// Whether the server has it and no client says so: a probe of the balancer, or one for the
    /// first sign of the shutdown.
    pub(super) fn is_unrecorded(&self) -> bool {
        self.accepted.is_some() && self.connected.is_none() && self.refused.is_none()
    }

    /// When the server began to close it, if it did, and with how many bytes unread.
    pub(super) fn closed(&self) -> Option<(Moment, u64)> {
        match (self.shut, self.dropped) {
            (Some(shut), Some(dropped)) => Some(if shut.0 <= dropped.0 { shut } else { dropped }),
            (shut, dropped) => shut.or(dropped),
        }
    }

    /// Whether its client had left by then.
    pub(super) fn left_by(&self, us: u64) -> bool {
        self.left.is_some_and(|left| left.us <= us)
    }
}

/// One request, as its client knows it.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    /// `actor#n`.
    pub(super) id: &'a str,
    /// Its connection's place in [`super::RunRecords::conns`].
    pub(super) conn: usize,
    /// What it is for.
    pub(super) intent: Intent,
    /// Before its first byte was sent.
    pub(super) first_us: u64,
    /// When its last byte had been sent.
    pub(super) last: Option<Moment>,
    /// Whether it was sent in parts.
    pub(super) parts: bool,
    /// Whether it was sent before the one before it on its connection had been answered.
    pub(super) pipelined: bool,
    /// Its answer.
    pub(super) answered: Option<(Moment, &'a Answer)>,
    /// How it ended without one, and whether a part of one had come.
    pub(super) ended: Option<(Moment, End, bool)>,
    /// The kernel refused its bytes.
    pub(super) not_sent: bool,
}

/// One request, as the application knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// Its number in the history.
    pub(super) call: u64,
    /// Its connection's place in [`super::RunRecords::conns`].
    pub(super) conn: usize,
    /// Whether its answer has no body whatever the application gives (the answer to `HEAD`).
    pub(super) head: bool,
    /// When the application was given it.
    pub(super) began: Moment,
    /// When the answer was ready, with its status, or the handler was dropped.
    pub(super) ended: Option<(Moment, Option<u16>)>,
    /// When the answer's body was wholly taken, or dropped before its end.
    pub(super) written: Option<(Moment, bool)>,
}

impl Call {
    /// When the server was done with it: its body taken or dropped, or its handler dropped.
    pub(super) fn over(&self) -> Option<Moment> {
        match self.ended {
            Some((at, None)) => Some(at),
            Some((at, Some(_))) if self.is_bodiless() => Some(at),
            Some((_, Some(_))) | None => self.written.map(|(at, _)| at),
        }
    }

    /// When it was cut, if it was: its handler dropped, or its body before the end.
    pub(super) fn cut(&self) -> Option<Moment> {
        match (self.ended, self.written) {
            (Some((at, None)), _) => Some(at),
            (_, Some((at, false))) if !self.is_bodiless() => Some(at),
            _ => None,
        }
    }

    /// Whether the server has no use for the answer's body: it drops it unread.
    fn is_bodiless(&self) -> bool {
        self.head || matches!(self.ended, Some((_, Some(100..200 | 204 | 304))))
    }

    /// Whether it was under way then: begun before, and not over before.
    pub(super) fn is_open_at(&self, at: Moment) -> bool {
        self.began < at && self.over().is_none_or(|over| over > at)
    }

    /// Whether the server was at it at this time, and not only at its first or last instant.
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
    /// Its name.
    pub(super) resource: &'a str,
    /// When it was begun.
    pub(super) begun: Moment,
    /// When it was over, and whether it was done.
    pub(super) over: Option<(Moment, bool)>,
}
