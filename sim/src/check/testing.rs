//! Hand-made runs for the tests of checks.

use std::collections::BTreeMap;

use lastorders_model::history::{Answer, ConnectError, End, Event, EventKind, History, RequestId};
use lastorders_model::plan::{Contract, Draft, Intent, Signal, Target};
use serde_json::{Value, json};

use super::{Check, RunView};
use crate::case::Case;
use crate::world::{Ended, ReleaseState, SimEvent};

/// Builds a run. Times are milliseconds since the start; the server is ready at 100.
///
/// A client is named by its actor, and has one connection at a time. Each method is about the
/// client's last request and last call.
#[derive(Clone)]
pub(super) struct Story {
    events: Vec<Event>,
    now_us: u64,
    clients: BTreeMap<String, Client>,
    calls: u64,
    ended: Ended,
}

#[derive(Clone, Default)]
struct Client {
    connections: u32,
    requests: u32,
    call: u64,
}

/// A server that is ready.
pub(super) fn ready() -> Story {
    starting().at(100).answers()
}

/// A server that is not ready yet.
pub(super) fn starting() -> Story {
    let story = Story {
        events: Vec::new(),
        now_us: 0,
        clients: BTreeMap::new(),
        calls: 0,
        ended: Ended::Done,
    };
    let started = EventKind::Started { pid: 1, port: 3000 };
    story.event("world", started)
}

/// A server of ours that got SIGTERM at 300, in the first instant of its draining.
pub(super) fn draining() -> Story {
    ready().at(300).term().drains()
}

/// A case without actors and with plain conditions: the default policy, 500 µs each way.
pub(super) fn case() -> Case {
    Case::plain(Draft::new("group/name", 1, Contract::default()).finish())
}

/// A row of a check's table: its label, the story, and a part of `kind level expected: actual` for
/// each finding.
pub(super) type Row<'a> = (&'a str, Story, &'a [&'a str]);

/// Asserts the findings of a check for each row of its table.
#[track_caller]
pub(super) fn expect(check: &Check, case: &Case, rows: &[Row<'_>]) {
    for (what, story, expected) in rows {
        let (history, ended) = story.clone().end();
        let found: Vec<_> = (check.judge)(&RunView::of(case, &history, &ended))
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
    pub(super) fn at(self, ms: u64) -> Self {
        self.at_us(ms * 1000)
    }

    /// Moves to this time, in microseconds.
    pub(super) fn at_us(mut self, us: u64) -> Self {
        assert!(self.now_us <= us, "a story goes forward");
        self.now_us = us;
        self
    }

    /// Adds any event.
    pub(super) fn event(mut self, actor: &str, what: EventKind) -> Self {
        self.events.push(Event { at_us: self.now_us, actor: actor.to_owned(), what });
        self
    }

    /// Adds an event inside the server.
    pub(super) fn inside(self, event: SimEvent) -> Self {
        self.event("server", event.into())
    }

    /// Sets the end of the simulation.
    pub(super) fn ending(mut self, ended: Ended) -> Self {
        self.ended = ended;
        self
    }

    /// The history and the end.
    pub(super) fn end(self) -> (History, Ended) {
        let ended = self.ended.clone();
        let events = self.event("world", EventKind::Lag { worst_us: 0 }).events;
        (History { events }, ended)
    }

    /// The server becomes ready.
    pub(super) fn answers(self) -> Self {
        self.event("world", EventKind::Ready)
    }

    /// SIGTERM.
    pub(super) fn term(self) -> Self {
        self.signal(Signal::Term)
    }

    /// SIGINT.
    pub(super) fn int(self) -> Self {
        self.signal(Signal::Int)
    }

    fn signal(self, signal: Signal) -> Self {
        self.event("operator", EventKind::Signalled { signal, target: Target::Leader })
    }

    /// The server enters a phase.
    pub(super) fn phase(self, phase: &'static str) -> Self {
        self.inside(SimEvent::Phase { phase })
    }

    /// All events of our server up to its draining, without a lame duck.
    pub(super) fn drains(self) -> Self {
        self.inside(SimEvent::Unready).phase("sealing").sealing(0).sealed(0).phase("draining")
    }

    /// The server begins to close the listener.
    pub(super) fn sealing(self, queued: u32) -> Self {
        self.inside(SimEvent::Sealing { queued })
    }

    /// The listener is closed.
    pub(super) fn sealed(self, queued: u32) -> Self {
        self.inside(SimEvent::Sealed { queued })
    }

    /// The end of our server, with nothing to release.
    pub(super) fn done(self) -> Self {
        self.phase("releasing").phase("done").exits(0)
    }

    /// The server returns with this code.
    pub(super) fn exits(self, code: i32) -> Self {
        self.event("server", EventKind::Exited { code: Some(code), signal: None })
    }

    /// The release of the store begins or ends.
    pub(super) fn release(self, state: ReleaseState) -> Self {
        self.inside(SimEvent::Release { resource: "store", state })
    }

    /// The server's report: a report of an empty shutdown, with these parts changed.
    pub(super) fn reports(self, parts: &Value) -> Self {
        let none = json!({
            "requests": 0, "connections": 0, "upgraded": 0, "lingering": 0, "tasks": 0
        });
        let mut report = json!({
            "cause": "SIGTERM", "clean": true, "forced": false, "panicked": false, "exit_code": 0,
            "seal_method": null, "at_signal": none, "finished": 0, "aborted": none,
            "aborted_connections": [], "phases": [], "releases": [], "took_ms": 0
        });
        for (key, value) in parts.as_object().expect("parts of a report") {
            report[key] = value.clone();
        }
        self.inside(SimEvent::Report { report })
    }

    /// A client connects.
    pub(super) fn connects(mut self, client: &str) -> Self {
        self.clients.entry(client.to_owned()).or_default().connections += 1;
        let conn = self.conn(client);
        let began_us = self.now_us;
        self.event(client, EventKind::Connected { conn, began_us })
    }

    /// A client connects, and the server accepts it.
    pub(super) fn joins(self, client: &str) -> Self {
        self.connects(client).accepted(client)
    }

    /// The server accepts a client's connection.
    pub(super) fn accepted(self, client: &str) -> Self {
        let conn = self.conn(client);
        self.inside(SimEvent::Accepted { conn: conn.into() })
    }

    /// A client cannot connect.
    pub(super) fn refused(mut self, client: &str, error: ConnectError) -> Self {
        self.clients.entry(client.to_owned()).or_default().connections += 1;
        let conn = self.conn(client);
        self.event(client, EventKind::NotConnected { conn, error })
    }

    /// A client sends `POST /work`, whole.
    pub(super) fn sends(self, client: &str) -> Self {
        self.sends_part(client, Intent::Work, (true, true))
    }

    /// A client sends a part of a request, with or without the first byte and the last byte.
    pub(super) fn sends_part(
        mut self,
        client: &str,
        intent: Intent,
        (first, last): (bool, bool),
    ) -> Self {
        let known = self.clients.get_mut(client).expect("a client sends when it is connected");
        known.requests += u32::from(first);
        let (conn, request) = (self.conn(client), self.request(client));
        let (began_us, line) = (self.now_us, "POST /work".to_owned());
        let sent =
            EventKind::Sent { began_us, conn, request, intent, line, bytes: 100, first, last };
        self.event(client, sent)
    }

    /// A client's `POST /work` cannot be sent, and the request ends.
    pub(super) fn cannot_send(mut self, client: &str, by: End) -> Self {
        self.clients.get_mut(client).expect("a client sends when it is connected").requests += 1;
        let (conn, request) = (self.conn(client), self.request(client));
        let (intent, error) = (Intent::Work, "connection error".to_owned());
        self.event(client, EventKind::NotSent { conn, request, intent, error }).ended(client, by, 0)
    }

    /// The application is called with a client's request.
    pub(super) fn begins(mut self, client: &str) -> Self {
        self.calls += 1;
        let call = self.calls;
        self.clients.get_mut(client).expect("it is connected").call = call;
        let (conn, line) = (self.conn(client).into(), "POST /work".to_owned());
        self.inside(SimEvent::Began { call, conn, line })
    }

    /// A client sends `POST /work`, and the application is called.
    pub(super) fn asks(self, client: &str) -> Self {
        self.sends(client).begins(client)
    }

    /// A client connects and sends `POST /work`, and the application is called.
    pub(super) fn posts(self, client: &str) -> Self {
        self.joins(client).asks(client)
    }

    /// The application's answer is ready, or its future is dropped.
    pub(super) fn ends(self, client: &str, status: Option<u16>) -> Self {
        let call = self.clients[client].call;
        self.inside(SimEvent::Ended { call, status })
    }

    /// The server takes the answer's body, or drops the body before its end.
    pub(super) fn written(self, client: &str, whole: bool) -> Self {
        let call = self.clients[client].call;
        self.inside(SimEvent::Written { call, whole })
    }

    /// A client receives its answer.
    pub(super) fn answered(self, client: &str, status: u16, says_close: bool) -> Self {
        let (conn, request) = (self.conn(client), self.request(client));
        let (headers, body) = (Vec::new(), String::new());
        let answer = Answer { status, headers, body, truncated: false, says_close };
        self.event(client, EventKind::Answered { conn, request, answer })
    }

    /// The application answers 201, and the client receives the answer, with or without
    /// `Connection: close`.
    pub(super) fn serves(self, client: &str, says_close: bool) -> Self {
        self.ends(client, Some(201)).written(client, true).answered(client, 201, says_close)
    }

    /// The server shuts its side, with this many unread bytes.
    pub(super) fn shut(self, client: &str, unread: u64) -> Self {
        let conn = self.conn(client);
        self.inside(SimEvent::Shut { conn: conn.into(), unread })
    }

    /// The server drops the socket, with this many unread bytes.
    pub(super) fn dropped(self, client: &str, unread: u64) -> Self {
        let conn = self.conn(client);
        self.inside(SimEvent::Dropped { conn: conn.into(), unread })
    }

    /// The server closes a connection in order, and the client observes that.
    pub(super) fn parts(self, client: &str) -> Self {
        self.shut(client, 0).closed(client, End::Fin).dropped(client, 0)
    }

    /// A client's connection ends with every request answered.
    pub(super) fn closed(self, client: &str, by: End) -> Self {
        let conn = self.conn(client);
        self.event(client, EventKind::Closed { conn, by })
    }

    /// A client's last request ends without a whole answer.
    pub(super) fn ended(self, client: &str, by: End, got: u64) -> Self {
        let (conn, request) = (self.conn(client), self.request(client));
        self.event(client, EventKind::Ended { conn, request, by, got, status: None })
    }

    fn conn(&self, client: &str) -> String {
        format!("{client}@{}", self.clients.get(client).map_or(0, |known| known.connections))
    }

    fn request(&self, client: &str) -> RequestId {
        let requests = self.clients.get(client).map_or(0, |known| known.requests);
        RequestId { id: format!("{client}#{requests}"), name: None }
    }
}
