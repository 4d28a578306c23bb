//! Hand-made histories for the tests of checks.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Level, View};
use crate::history::{
    Answer, ConnectError, End, Event, EventKind, History, RequestId, Session, Sign, Trouble,
};
use crate::plan::{Contract, Draft, Gate, Intent, LetGo, Plan, Signal, Target};

/// Builds a history. Times are milliseconds since the start; the server is ready at 100.
///
/// A client is named by its actor, and has one connection at a time. Each method is about the
/// client's last request. The request `n` of the actor `a` is `a#n`, its name `job-a-n`.
#[derive(Clone, Default)]
pub(super) struct Story {
    events: Vec<Event>,
    now_us: u64,
    clients: BTreeMap<String, Client>,
}

#[derive(Clone, Default)]
struct Client {
    connections: u32,
    requests: u32,
    intent: Option<Intent>,
}

/// A server that is ready.
pub(super) fn ready() -> Story {
    let started = EventKind::Started { pid: 1, port: 3000 };
    Story::default().event("world", started).at(100).event("world", EventKind::Ready)
}

/// A plan with these steps and the default contract.
pub(super) fn plan(write: impl FnOnce(&mut Draft)) -> Plan {
    let mut draft = Draft::new("group/name", 1, Contract::default());
    write(&mut draft);
    draft.finish()
}

/// A row of a check's table: its label, the story, and a part of `kind level expected: actual` for
/// each finding.
pub(super) type Row<'a> = (&'a str, Story, &'a [&'a str]);

/// Asserts the findings of a check for each row of its table.
#[track_caller]
pub(super) fn expect(check: &Check, plan: &Plan, rows: &[Row<'_>]) {
    for (what, story, expected) in rows {
        let findings = (check.judge)(plan, &View::of(&story.clone().end()));
        let found: Vec<_> = findings
            .iter()
            .map(|it| format!("{:?} {:?} {}: {}", it.kind, it.level, it.expected, it.actual))
            .collect();
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(*expected)
                .all(|(is, part)| part.split('…').all(|part| is.contains(part.trim())));
        assert!(same, "{what}: expected {expected:#?}, found {found:#?}");
    }
}

impl Story {
    /// Moves to this time.
    pub(super) fn at(mut self, ms: u64) -> Self {
        assert!(self.now_us <= ms * 1000, "a story goes forward");
        self.now_us = ms * 1000;
        self
    }

    /// Adds any event.
    pub(super) fn event(mut self, actor: &str, what: EventKind) -> Self {
        self.events.push(Event { at_us: self.now_us, actor: actor.to_owned(), what });
        self
    }

    /// The history, with timers that were on time.
    pub(super) fn end(self) -> History {
        History { events: self.event("world", EventKind::Lag { worst_us: 100 }).events }
    }

    /// SIGTERM. The server has read every sent byte.
    pub(super) fn signalled(self) -> Self {
        self.signalled_before_reading(&[])
    }

    /// SIGTERM. The server has not read the bytes of these clients.
    pub(super) fn signalled_before_reading(self, clients: &[&str]) -> Self {
        let unread: BTreeSet<_> = clients.iter().map(|client| self.conn(client)).collect();
        let unaccepted = BTreeSet::new();
        let as_of_us = self.now_us;
        self.event("world", EventKind::Snapshot { as_of_us, unread, unaccepted }).event(
            "operator",
            EventKind::Signalled { signal: Signal::Term, target: Target::Leader },
        )
    }

    /// The first sign of shutdown.
    pub(super) fn visible(self, sign: Sign) -> Self {
        self.event("world", EventKind::Visible { sign })
    }

    /// The port is closed.
    pub(super) fn listener_gone(self) -> Self {
        self.event("world", EventKind::ListenerGone)
    }

    /// The process ends by itself.
    pub(super) fn exits(self, code: i32) -> Self {
        self.event("server", EventKind::Exited { code: Some(code), signal: None })
    }

    /// The world kills the server, because the grace is over.
    pub(super) fn killed(self) -> Self {
        let why = "the grace of 10 s was over".to_owned();
        self.event("world", EventKind::Killed { why })
            .event("server", EventKind::Exited { code: None, signal: Some(9) })
    }

    /// The precondition of a step fails.
    pub(super) fn unreached(self, why: &str) -> Self {
        let (step, why) = ("a request waits in the store".to_owned(), why.to_owned());
        self.event("store", EventKind::Unreached { step, why, trouble: Trouble::Server })
    }

    /// The rows at the end: the number for the last request of each client.
    pub(super) fn rows(self, counts: &[(&str, u32)]) -> Self {
        let name = |client: &str| match self.clients.get(client) {
            Some(known) => format!("job-{client}-{}", known.requests),
            None => client.to_owned(),
        };
        let counts: BTreeMap<_, _> = counts.iter().map(|(who, n)| (name(who), *n)).collect();
        let total = counts.values().map(|n| u64::from(*n)).sum();
        self.event("store", EventKind::Rows { counts, total, sessions_left: 0 })
    }

    /// The row gate is closed.
    pub(super) fn holds(self) -> Self {
        self.event("store", EventKind::Holding { gate: Gate::Row })
    }

    /// One request is proved to wait at the row gate.
    pub(super) fn held(self) -> Self {
        self.event("store", EventKind::Held { gate: Gate::Row, n: 1, wanted: 1 })
    }

    /// The gate opens.
    pub(super) fn opens(self) -> Self {
        self.event("store", EventKind::Opened { what: LetGo::All })
    }

    /// A session changes.
    pub(super) fn session(self, session: u64, what: Session) -> Self {
        self.event("store", EventKind::Session { session, what })
    }

    /// A client connects.
    pub(super) fn connects(mut self, client: &str) -> Self {
        self.clients.entry(client.to_owned()).or_default().connections += 1;
        let conn = self.conn(client);
        let began_us = self.now_us;
        self.event(client, EventKind::Connected { conn, began_us })
    }

    /// A client cannot connect.
    pub(super) fn refused(mut self, client: &str, error: ConnectError) -> Self {
        self.clients.entry(client.to_owned()).or_default().connections += 1;
        let conn = self.conn(client);
        self.event(client, EventKind::NotConnected { conn, error })
    }

    /// A client connects and sends `POST /work`.
    pub(super) fn posts(self, client: &str) -> Self {
        self.connects(client).sends(client, Intent::Work)
    }

    /// A client connects and sends `GET /health`.
    pub(super) fn probes(self, client: &str) -> Self {
        self.connects(client).sends(client, Intent::Health)
    }

    /// A client sends a whole request on its open connection.
    pub(super) fn sends(self, client: &str, intent: Intent) -> Self {
        self.sends_part(client, intent, 100, (true, true))
    }

    /// A client sends a part of a request, with or without the first byte and the last byte.
    pub(super) fn sends_part(
        mut self,
        client: &str,
        intent: Intent,
        bytes: u64,
        (first, last): (bool, bool),
    ) -> Self {
        let known = self.clients.get_mut(client).expect("a client sends when it is connected");
        known.requests += u32::from(first);
        known.intent = Some(intent);
        let (conn, request) = (self.conn(client), self.request(client));
        let line = match intent {
            Intent::Work => "POST /work",
            Intent::Health => "GET /health",
            Intent::Bad => "POST /work (bad)",
            Intent::Upgrade => "GET /echo",
        };
        let line = line.to_owned();
        let began_us = self.now_us;
        let sent = EventKind::Sent { began_us, conn, request, intent, line, bytes, first, last };
        self.event(client, sent)
    }

    /// A client's last request is answered with this status and the contract's body.
    pub(super) fn answered(self, client: &str, status: u16) -> Self {
        let name = self.request(client).name.unwrap_or_default();
        let body = match status {
            201 => format!(r#"{{"id":"id-{name}","name":"{name}"}}"#),
            200 => r#"{"status":"ok"}"#.to_owned(),
            503 => r#"{"status":"shutting_down"}"#.to_owned(),
            _ => String::new(),
        };
        self.answered_with(client, status, &body, false)
    }

    /// A client's last request is answered.
    pub(super) fn answered_with(
        self,
        client: &str,
        status: u16,
        body: &str,
        says_close: bool,
    ) -> Self {
        self.answered_by(client, status, body, (false, says_close))
    }

    /// A client's last request is answered. The history keeps only this beginning of the body.
    pub(super) fn answered_truncated(self, client: &str, status: u16, body: &str) -> Self {
        self.answered_by(client, status, body, (true, false))
    }

    fn answered_by(
        self,
        client: &str,
        status: u16,
        body: &str,
        (truncated, says_close): (bool, bool),
    ) -> Self {
        let (conn, request) = (self.conn(client), self.request(client));
        let (headers, body) = (Vec::new(), body.to_owned());
        let answer = Answer { status, headers, body, truncated, says_close };
        self.event(client, EventKind::Answered { conn, request, answer })
    }

    /// A client's last request ends without a whole response.
    pub(super) fn ended(self, client: &str, by: End, got: u64) -> Self {
        let (conn, request) = (self.conn(client), self.request(client));
        let status = (got > 20).then_some(201);
        self.event(client, EventKind::Ended { conn, request, by, got, status })
    }

    /// A client closes its own side.
    pub(super) fn half_closes(self, client: &str) -> Self {
        let conn = self.conn(client);
        self.event(client, EventKind::HalfClosed { conn })
    }

    /// A client's connection ends with every request answered.
    pub(super) fn closed(self, client: &str, by: End) -> Self {
        let conn = self.conn(client);
        self.event(client, EventKind::Closed { conn, by })
    }

    fn conn(&self, client: &str) -> String {
        format!("{client}@{}", self.clients.get(client).map_or(0, |known| known.connections))
    }

    fn request(&self, client: &str) -> RequestId {
        let known = self.clients.get(client).cloned().unwrap_or_default();
        let work = known.intent == Some(Intent::Work);
        let name = work.then(|| format!("job-{client}-{}", known.requests));
        RequestId { id: format!("{client}#{}", known.requests), name }
    }
}

/// A plan that tells the server to stop and is judged by one check.
pub(super) fn stopping(check: &Check) -> Plan {
    plan(|draft| {
        draft.check(check.id, Level::Must);
        draft.operator().signal().await_draining().await_exit();
    })
}
