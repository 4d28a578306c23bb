use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, ConnectError, End, EventKind, History, LONGEST_BODY, RequestId};
use crate::plan::Intent;

/// One request, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange<'a> {
    /// Which.
    pub request: &'a RequestId,
    /// What it is for.
    pub intent: Intent,
    /// Method and path.
    pub line: &'a str,
    /// The actor that sent it.
    pub actor: &'a str,
    /// The connection that it was sent on.
    pub conn: &'a str,
    /// Before its first byte was sent, in microseconds: no byte went earlier.
    pub first_us: u64,
    /// After its last byte was sent, in microseconds, if it was: none went later.
    pub last_us: Option<u64>,
    /// How many of its bytes were given to the kernel.
    pub bytes: u64,
    /// Whether its connection had carried an answer before it.
    pub reused: bool,
    /// Before its connection was established, in microseconds.
    pub connected_us: u64,
    /// Whether it was wholly in the server's hands at the first signal: its last byte was sent
    /// before the world looked at the kernel's buffers, on a connection that the server had
    /// accepted, and the server had read it. A request sent between that look and the signal may
    /// be in flight or not; it is not proved, and this is `false`.
    pub in_flight: bool,
    /// Whether its client had closed its own side before the end. A server cannot tell that from a
    /// client that has gone, and may stop in the middle of an answer.
    pub half_closed: bool,
    /// What became of it.
    pub outcome: Outcome<'a>,
    /// When that was, in microseconds.
    pub ended_us: u64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'a> {
    /// A whole response.
    Answered(&'a Answer),
    /// Closed or reset without a byte of a response.
    Closed(End),
    /// The server said that it has not begun it: it can be sent again without risk.
    Refused,
    /// Cut inside the response.
    Cut(End, Option<u16>),
    /// Silence until the world ended the run.
    Silence,
    /// The client went away first, as its script says.
    Abandoned,
    /// The connection was gone before its last byte could be sent.
    NotSent,
}

impl<'a> Exchange<'a> {
    /// The response's status, if a whole one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    /// Whether its connection carries another protocol from its answer on.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.status() == Some(101)
    }

    /// The response, if a whole one came.
    #[must_use]
    pub fn answer(&self) -> Option<&'a Answer> {
        match self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Closed(_)
            | Outcome::Refused
            | Outcome::Cut(..)
            | Outcome::Silence
            | Outcome::Abandoned
            | Outcome::NotSent => None,
        }
    }
}

impl std::fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answered(answer) => write!(f, "{}, complete", answer.status),
            Self::Closed(End::Reset) => f.write_str("reset without a byte"),
            Self::Closed(_) => f.write_str("closed without a byte"),
            Self::Refused => f.write_str("refused before it was begun"),
            Self::Cut(End::TooLong, status) => {
                let response = status.map_or("a response".to_owned(), |it| format!("a {it}"));
                write!(f, "{response} with a body of more than {} MiB", LONGEST_BODY >> 20)
            }
            Self::Cut(_, Some(status)) => write!(f, "a {status}, cut before its end"),
            Self::Cut(End::Malformed, None) => f.write_str("bytes that are not HTTP"),
            Self::Cut(_, None) => f.write_str("a response cut inside its head"),
            Self::Silence => f.write_str("silence until the end"),
            Self::Abandoned => f.write_str("no answer before the client left"),
            Self::NotSent => f.write_str("the connection was gone before it was sent"),
        }
    }
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Refused => "connection refused",
            Self::Reset => "reset while connecting",
            Self::TimedOut => "no answer to the connect",
            Self::Other => "could not connect",
        })
    }
}

impl History {
    /// Every request of which a byte was sent, in the order of their first bytes.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange<'_>> {
        let mut gathered = Gathered::default();
        for event in &self.events {
            gathered.take(event);
        }
        let mut exchanges: Vec<_> = gathered.by_id.into_values().collect();
        exchanges.sort_by_key(|exchange| exchange.first_us);
        exchanges
    }
}

#[derive(Default)]
struct Gathered<'a> {
    by_id: BTreeMap<&'a str, Exchange<'a>>,
    connected: BTreeMap<&'a str, u64>,
    answered: BTreeSet<&'a str>,
    half_closed: BTreeSet<&'a str>,
    snapped: bool,
    killed: bool,
}

impl<'a> Gathered<'a> {
    fn take(&mut self, event: &'a super::Event) {
        let at = event.at_us;
        match &event.what {
            EventKind::Connected { conn, began_us } => {
                self.connected.insert(conn, *began_us);
            }
            EventKind::Sent { began_us, conn, request, intent, line, bytes, last, .. } => {
                let exchange = self.entry(&event.actor, *began_us, conn, request, *intent, line);
                exchange.bytes += bytes;
                if *last {
                    exchange.last_us = Some(at);
                }
            }
            EventKind::NotSent { conn, request, intent, .. } => {
                let exchange = self.entry(&event.actor, at, conn, request, *intent, "");
                exchange.outcome = Outcome::NotSent;
                // A pool says that it sends before it has a connection for it.
                exchange.last_us = None;
                exchange.ended_us = at;
            }
            EventKind::HalfClosed { conn } => _ = self.half_closed.insert(conn),
            EventKind::Answered { conn, request, answer } => {
                self.answered.insert(conn);
                self.end(request, at, Outcome::Answered(answer));
            }
            EventKind::Ended { request, by, got, status, .. } => {
                // What ends when the world kills the server had been silent until then.
                let noticed = matches!(by, End::Client | End::Refused);
                let by = if self.killed && !noticed { &End::Silence } else { by };
                let outcome = match (by, got) {
                    (End::Silence, 0) => Outcome::Silence,
                    (End::Client, _) => Outcome::Abandoned,
                    (End::Refused, _) => Outcome::Refused,
                    (End::Fin | End::Reset, 0) => Outcome::Closed(*by),
                    (End::Fin | End::Reset | End::Malformed | End::TooLong | End::Silence, _) => {
                        Outcome::Cut(*by, *status)
                    }
                };
                self.end(request, at, outcome);
            }
            EventKind::Snapshot { as_of_us, unread, unaccepted } if !self.snapped => {
                self.snapped = true;
                for exchange in self.by_id.values_mut() {
                    let conn = exchange.conn;
                    exchange.in_flight = exchange.outcome == Outcome::Silence
                        && exchange.last_us.is_some_and(|last| last <= *as_of_us)
                        && !unread.contains(conn)
                        && !unaccepted.contains(conn)
                        && !conn.ends_with("@pool");
                }
            }
            EventKind::Killed { .. } => self.killed = true,
            _ => {}
        }
    }

    fn entry(
        &mut self,
        actor: &'a str,
        began_us: u64,
        conn: &'a str,
        request: &'a RequestId,
        intent: Intent,
        line: &'a str,
    ) -> &mut Exchange<'a> {
        self.by_id.entry(&request.id).or_insert_with(|| Exchange {
            request,
            intent,
            line,
            actor,
            conn,
            first_us: began_us,
            last_us: None,
            bytes: 0,
            reused: self.answered.contains(conn),
            connected_us: self.connected.get(conn).copied().unwrap_or(began_us),
            in_flight: false,
            half_closed: false,
            outcome: Outcome::Silence,
            ended_us: u64::MAX,
        })
    }

    fn end(&mut self, request: &RequestId, at: u64, outcome: Outcome<'a>) {
        if let Some(exchange) = self.by_id.get_mut(request.id.as_str()) {
            // A request that could not be sent whole may still have been answered, early.
            let early = matches!(outcome, Outcome::Answered(_));
            exchange.half_closed = self.half_closed.contains(exchange.conn);
            if exchange.outcome != Outcome::NotSent || early {
                exchange.outcome = outcome;
                exchange.ended_us = at;
            }
        }
    }
}
