use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, ConnectError, End, EventKind, History, LONGEST_BODY, RequestId};
use crate::plan::Intent;

/// One request with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange<'a> {
    /// The request.
    pub request: &'a RequestId,
    /// The purpose of the request.
    pub intent: Intent,
    /// Method and path.
    pub line: &'a str,
    /// The sender.
    pub actor: &'a str,
    /// The request's connection.
    pub conn: &'a str,
    /// The time before the first byte, in microseconds: no byte was sent earlier.
    pub first_us: u64,
    /// The time after the last byte, in microseconds: no byte was sent later. `None` if the last
    /// byte was not sent.
    pub last_us: Option<u64>,
    /// Bytes that the kernel took.
    pub bytes: u64,
    /// Whether the connection had carried an earlier answer.
    pub reused: bool,
    /// The time before the connection was established, in microseconds.
    pub connected_us: u64,
    /// Whether the server had the whole request at the first signal. That is proved if the last
    /// byte was sent before the world's snapshot of kernel buffers, on an accepted connection, and
    /// the server had read every byte. `false` for a request between the snapshot and the signal.
    pub in_flight: bool,
    /// Whether the client had closed its own side before the end. A server cannot tell such a
    /// client from a client that is gone, so the server may stop in the middle of an answer.
    pub half_closed: bool,
    /// The outcome.
    pub outcome: Outcome<'a>,
    /// The time of the outcome, in microseconds; [`u64::MAX`] if the request never ended.
    pub ended_us: u64,
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'a> {
    /// A whole response.
    Answered(&'a Answer),
    /// The server closed or reset without a byte of a response.
    Closed(End),
    /// The server refused the request before starting it, so a client can safely send it again.
    Refused,
    /// The response was cut before its end. The status, if it had arrived.
    Cut(End, Option<u16>),
    /// No answer came until the world ended the run.
    Silence,
    /// The client left first, as its script says.
    Abandoned,
    /// The connection was gone before the last byte could be sent.
    NotSent,
}

impl<'a> Exchange<'a> {
    /// The status of a whole response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    /// Whether the connection carries another protocol after the answer.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.status() == Some(101)
    }

    /// The whole response, if one arrived.
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
    /// Every request with at least one sent byte, in the order of the first bytes.
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
                // A pooled client records `Sent` before its library finds a connection.
                exchange.last_us = None;
                exchange.ended_us = at;
            }
            EventKind::HalfClosed { conn } => _ = self.half_closed.insert(conn),
            EventKind::Answered { conn, request, answer } => {
                self.answered.insert(conn);
                self.end(request, at, Outcome::Answered(answer));
            }
            EventKind::Ended { request, by, got, status, .. } => {
                // A request that ends because of the kill had no answer before.
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
            // No other kind changes what is known of an exchange.
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
            // A server may answer before the whole request is sent.
            let early = matches!(outcome, Outcome::Answered(_));
            exchange.half_closed = self.half_closed.contains(exchange.conn);
            if exchange.outcome != Outcome::NotSent || early {
                exchange.outcome = outcome;
                exchange.ended_us = at;
            }
        }
    }
}
