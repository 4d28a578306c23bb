//! The report as text for people, and as JSON for machines.

use serde_json::to_value;

use crate::drain::ConnectionClass;
use crate::testing::{Gate, Rig, ms};
use crate::{Cause, Phase, Policy, ReleaseOutcome, Report, ShutdownHandle, Signal};

/// A shutdown with a lame duck, one request that finishes, one that is cut, and one resource.
async fn shutdown_with_a_cut() -> Report {
    let gate = Gate::new();
    let policy = Policy::default().lame_duck(ms(500)).deadline(ms(2_000));
    let mut rig = Rig::with(policy, gate.app(ShutdownHandle::new()), |serve| {
        serve.release("pool", ms(100), || tokio::time::sleep(ms(20)))
    });
    let mut stuck = rig.connect();
    stuck.get("/held").await;
    rig.terminate().await;
    let mut late = rig.connect();
    late.get("/").await;
    late.answer().await;
    drop(late);
    assert!(stuck.closed().await);
    rig.report().await
}

#[tokio::test(start_paused = true)]
async fn report_shows_each_step_to_people() {
    let expected = "\
SIGTERM: shut down in 2020 ms, exit code 0
  at the signal: 1 in flight, 1 connections, 0 upgraded, 0 tasks
  finished since: 1
       0 ms  lame duck for 500 ms
     500 ms  sealing for 0 ms
     500 ms  draining for 1500 ms
    2000 ms  aborting for 0 ms
    2000 ms  releasing for 20 ms
  listener closed by: accept until empty
  cut at the deadline: 1 in flight, 0 tasks
    1 active
    GET /held, 2000 ms old
  released pool: done in 20 ms
";
    assert_eq!(shutdown_with_a_cut().await.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn report_is_complete_in_json() {
    let report = to_value(shutdown_with_a_cut().await).expect("serializable");
    let none = serde_json::json!(
        { "requests": 0, "connections": 0, "upgraded": 0, "lingering": 0, "tasks": 0 }
    );
    let mut one = none;
    one["requests"] = 1.into();
    one["connections"] = 1.into();
    let expected = serde_json::json!({
        "cause": "SIGTERM",
        "clean": false,
        "forced": false,
        "panicked": false,
        "exit_code": 0,
        "seal_method": "accept_until_empty",
        "at_signal": one,
        "finished": 1,
        "aborted": one,
        "aborted_connections": [{
            "connection": 0,
            "class": "active",
            "requests": [{ "method": "GET", "path": "/held", "age_ms": 2_000 }],
        }],
        "phases": [
            { "phase": "lame duck", "at_ms": 0, "took_ms": 500 },
            { "phase": "sealing", "at_ms": 500, "took_ms": 0 },
            { "phase": "draining", "at_ms": 500, "took_ms": 1_500 },
            { "phase": "aborting", "at_ms": 2_000, "took_ms": 0 },
            { "phase": "releasing", "at_ms": 2_000, "took_ms": 20 },
        ],
        "releases": [{ "name": "pool", "outcome": "done", "took_ms": 20 }],
        "took_ms": 2_020,
    });
    assert_eq!(report, expected);
}

#[test]
fn connection_class_is_written_as_its_name() {
    for class in ConnectionClass::ALL {
        assert_eq!(to_value(class).expect("serializable"), class.name());
    }
}

#[test]
fn phases_causes_and_outcomes_are_written_as_their_names() {
    for phase in Phase::ALL {
        assert_eq!(to_value(phase).expect("serializable"), phase.name());
    }
    let causes = [
        (Cause::Signal(Signal::Terminate), "SIGTERM"),
        (Cause::Signal(Signal::Interrupt), "SIGINT"),
        (Cause::Panic, "panic"),
        (Cause::Application, "application"),
    ];
    for (cause, name) in causes {
        assert_eq!(to_value(cause).expect("serializable"), name);
    }
    let outcomes = [
        (ReleaseOutcome::Done, "done"),
        (ReleaseOutcome::Failed, "failed"),
        (ReleaseOutcome::Panicked, "panicked"),
        (ReleaseOutcome::TimedOut, "timed out"),
        (ReleaseOutcome::Skipped, "skipped"),
    ];
    for (outcome, name) in outcomes {
        assert_eq!(to_value(outcome).expect("serializable"), name);
    }
}
