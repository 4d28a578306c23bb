//! A report for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lastorders_model::check::{CheckUse, Finding, Level, Verdict};
use lastorders_model::history::{
    Answer, ConnectError, End, Event, EventKind, History, RequestId, Session, Sign, Trouble,
};
use lastorders_model::plan::{Contract, Draft, Gate, Intent, LetGo, Plan, Signal, Target};
use lastorders_model::scenario::{Hint, Scenario, Visibility};

use super::Report;
use crate::run::{Outcome, ScenarioOutcome};
use crate::subject::Language;

/// The report of a run that has every verdict, on a server that loses requests in flight.
pub(super) fn report() -> Report {
    let scenarios = vec![
        outcome("contract/health-ok", Verdict::Pass, History::default(), vec![]),
        outcome("inflight/completes", Verdict::Fail, lost(), vec![lost_finding()]),
        outcome("inflight/announces-close", Verdict::Warn, silent(), vec![warning()]),
        outcome(
            "health/draining",
            Verdict::Inconclusive,
            never_ready("3001"),
            vec![not_ready("3001")],
        ),
        outcome(
            "signal/idle-exit",
            Verdict::Inconclusive,
            never_ready("3002"),
            vec![not_ready("3002")],
        ),
        ScenarioOutcome {
            verdict: None,
            ..outcome("exit/status", Verdict::Pass, History::default(), vec![])
        },
    ];
    let outcome = Outcome {
        subject: "naive".to_owned(),
        command: "node server.js".to_owned(),
        seed: 7,
        postgres: "docker: postgres:17-alpine".to_owned(),
        duration: Duration::from_millis(4_230),
        scenarios,
        interrupted: None,
    };
    Report {
        outcome,
        language: Some(Language::Node),
        note: Some("started as `node server.js`, not by `npm start`".to_owned()),
        build_failure: None,
        rerun: (vec![], vec!["submissions/naive".to_owned()]),
    }
}

fn outcome(
    id: &'static str,
    verdict: Verdict,
    history: History,
    findings: Vec<Finding>,
) -> ScenarioOutcome {
    ScenarioOutcome {
        scenario: scenario(id),
        plan: plan(id),
        history,
        verdict: Some(verdict),
        findings,
        duration: Duration::from_millis(1_234),
    }
}

fn scenario(id: &'static str) -> Scenario {
    Scenario {
        id,
        title: "a few words about it",
        requirement: "A request that is in flight when SIGTERM comes is answered, whole, and its \
                      row is there.",
        level: Level::Must,
        visibility: Visibility::Public,
        source: "practice",
        plan: |_| {},
        hint: Hint {
            cause: "The handler of SIGTERM calls process.exit before what is in flight is done.",
            node: "server.close(() => {\n  pool.end();\n});",
            python: "python's fix",
            go: "go's fix",
            java: "java's fix",
            rust: "rust's fix",
        },
    }
}

pub(super) fn plan(id: &str) -> Plan {
    let mut draft = Draft::new(id, 7, Contract::default());
    draft.check("ledger", Level::Must);
    let mut plan = draft.finish();
    plan.checks = vec![CheckUse { check: "ledger".to_owned(), level: Level::Must }];
    plan
}

fn lost_finding() -> Finding {
    let finding = Finding::violation("201, complete, and one row", "reset without a byte; one row");
    Finding { check: "ledger".to_owned(), ..finding.at(903_000).about("held#1") }
}

fn warning() -> Finding {
    let finding = Finding::violation("Connection: close", "\u{1b}[2Jkeep-alive\u{7}\u{202e}");
    let finding = Finding { check: "announces-close".to_owned(), ..finding };
    finding.at_most(Level::Should).at(1_500_000).about("held#1")
}

fn not_ready(port: &str) -> Finding {
    let actual = format!("it exited with status 1 before it listened on port {port}");
    Finding {
        check: "preconditions".to_owned(),
        ..Finding::inconclusive("a server that is ready", actual)
    }
}

pub(super) fn event(ms: f64, actor: &str, what: EventKind) -> Event {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small times")]
    let at_us = (ms * 1000.0) as u64;
    Event { at_us, actor: actor.to_owned(), what }
}

fn request(id: &str) -> RequestId {
    RequestId { id: id.to_owned(), name: Some(format!("job-{id}")) }
}

fn connected(actor: &str) -> EventKind {
    EventKind::Connected { conn: format!("{actor}@1"), began_us: 0 }
}

fn sent(id: &str) -> EventKind {
    let actor = id.split('#').next().unwrap_or_default();
    EventKind::Sent {
        began_us: 0,
        conn: format!("{actor}@1"),
        request: request(id),
        intent: Intent::Work,
        line: "POST /work".to_owned(),
        bytes: 151,
        first: true,
        last: true,
    }
}

fn answered(id: &str, status: u16, body: &str) -> EventKind {
    let actor = id.split('#').next().unwrap_or_default();
    let (headers, body) = (Vec::new(), body.to_owned());
    let answer = Answer { status, headers, body, truncated: false, says_close: false };
    EventKind::Answered { conn: format!("{actor}@1"), request: request(id), answer }
}

fn begun() -> Vec<Event> {
    let started = EventKind::Started { pid: 42, port: 3000 };
    vec![
        event(0.0, "server", started),
        event(400.0, "server", EventKind::Ready),
        event(410.0, "warm-up", connected("warm-up")),
        event(411.0, "warm-up", sent("warm-up#1")),
        event(420.0, "warm-up", answered("warm-up#1", 201, "{}")),
        event(600.0, "store", EventKind::Holding { gate: Gate::Row }),
        event(610.0, "held", connected("held")),
        event(612.0, "held", sent("held#1")),
        event(800.0, "store", EventKind::Held { gate: Gate::Row, n: 1, wanted: 1 }),
        event(
            900.0,
            "operator",
            EventKind::Signalled { signal: Signal::Term, target: Target::Leader },
        ),
    ]
}

/// A history in which the request in flight is reset, and its row exists.
fn lost() -> History {
    let ended = EventKind::Ended {
        conn: "held@1".to_owned(),
        request: request("held#1"),
        by: End::Reset,
        got: 0,
        status: None,
    };
    let mut events = begun();
    events.extend([
        event(901.5, "server", EventKind::ListenerGone),
        event(901.6, "operator", EventKind::Visible { sign: Sign::ListenerGone }),
        event(903.0, "held", ended),
        event(904.0, "server", EventKind::Exited { code: Some(0), signal: None }),
        event(905.0, "store", EventKind::Session { session: 1, what: Session::Reset }),
        event(905.1, "store", EventKind::Session { session: 2, what: Session::Reset }),
        event(906.0, "store", EventKind::Opened { what: LetGo::All }),
        event(
            960.0,
            "store",
            EventKind::Rows {
                counts: BTreeMap::from([("job-held#1".to_owned(), 1)]),
                total: 2,
                sessions_left: 0,
            },
        ),
        event(
            961.0,
            "world",
            EventKind::Output {
                stdout: "listening\n\u{1b}[31mSIGTERM\u{1b}[0m\u{1b}]0;owned\u{7}\n\
                         20 passed, 0 failed\n"
                    .to_owned(),
                stderr: String::new(),
            },
        ),
    ]);
    History { events }
}

/// A history in which the server is slow and answers correctly.
fn silent() -> History {
    let mut events = begun();
    events.extend([
        event(1_400.0, "operator", EventKind::Visible { sign: Sign::Unavailable }),
        event(
            1_410.0,
            "others-1",
            EventKind::NotConnected { conn: "others-1@1".to_owned(), error: ConnectError::Refused },
        ),
        event(1_420.0, "store", EventKind::Opened { what: LetGo::All }),
        event(1_500.0, "held", answered("held#1", 201, r#"{"id":"1","name":"x"}"#)),
        event(10_900.0, "world", EventKind::Killed { why: "the grace was over".to_owned() }),
    ]);
    History { events }
}

fn never_ready(port: &str) -> History {
    let why = format!("it exited with status 1 before it listened on port {port}");
    let unreached = EventKind::Unreached {
        step: "ready".to_owned(),
        why: why.clone(),
        trouble: Trouble::Server,
    };
    let output = EventKind::Output {
        stdout: String::new(),
        stderr: "Error: Cannot find module 'pg'\n    at node:internal\n".to_owned(),
    };
    let snapshot =
        EventKind::Snapshot { as_of_us: 0, unread: BTreeSet::new(), unaccepted: BTreeSet::new() };
    History {
        events: vec![
            event(0.0, "server", EventKind::Started { pid: 42, port: 3000 }),
            event(1.0, "world", snapshot),
            event(212.0, "server", EventKind::Exited { code: Some(1), signal: None }),
            event(212.5, "world", EventKind::NotReady { why }),
            event(212.6, "world", unreached),
            event(213.0, "world", output),
        ],
    }
}
