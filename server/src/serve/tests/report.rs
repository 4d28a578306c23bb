//! What people, machines and the log are told.

use std::cell::RefCell;
use std::io;

use crate::testing::{Gate, Rig, ms};
use crate::{Drain, Policy, Report};

/// A shutdown with a lame duck, one request that finishes, one that is cut, and one resource.
async fn eventful() -> Report {
    let gate = Gate::new();
    let policy = Policy::default().lame_duck(ms(500)).deadline(ms(2_000));
    let mut rig = Rig::with(policy, gate.app(Drain::new()), |serve| {
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
async fn for_people() {
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
    assert_eq!(eventful().await.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn for_machines() {
    let report = serde_json::to_value(eventful().await).expect("it can be written");
    let cut = serde_json::json!([
        {
            "connection": 0,
            "class": "active",
            "requests": [{ "method": "GET", "path": "/held", "age_ms": 2_000 }],
        },
    ]);
    assert_eq!(report["aborted_connections"], cut);
    assert_eq!(report["rung"], "accept_until_empty");
    let release = serde_json::json!([{ "name": "pool", "outcome": "done", "took_ms": 20 }]);
    assert_eq!(report["releases"], release);
    assert_eq!((&report["clean"], &report["exit_code"]), (&false.into(), &0.into()));
}

thread_local! {
    /// What this thread has logged; a test on a runtime of one thread logs here alone.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// For every thread: one set for this thread alone misses events that another thread has met first.
fn start_log() {
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(|| Sink).init();
    tracing::callsite::rebuild_interest_cache();
}

#[tokio::test(start_paused = true)]
async fn a_line_in_the_log_for_each_step() {
    start_log();
    eventful().await;
    let log = String::from_utf8(LOG.take()).expect("text");
    let lines = log.lines().map(|it| serde_json::from_str::<serde_json::Value>(it).expect("JSON"));
    let steps: Vec<_> = lines
        .filter(|it| it["target"] == "lastorders::serve::steps")
        .map(|it| it["message"].as_str().expect("a message").to_owned())
        .collect();
    let expected = [
        "shutdown begins; readiness is off",
        "closing the door",
        "door closed; draining",
        "cutting what is left",
        "request cut",
        "releasing",
        "released",
        "shutdown complete",
    ];
    assert_eq!(steps, expected);
}
