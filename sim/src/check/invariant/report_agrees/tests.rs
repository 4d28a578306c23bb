use serde_json::{Value, json};

use super::super::testing::{Row, Story, case, expect, ready};
use super::*;
use crate::world::ReleaseState::{Begun, Done};
use crate::world::SimEvent;

/// One request is in flight at the signal and finishes. Another request comes on an idle connection
/// and is answered.
fn two() -> Story {
    two_after(|story| story)
}

/// Like [`two`], after other events.
fn two_after(before: impl Fn(Story) -> Story) -> Story {
    let first = before(ready().posts("a").joins("b")).at(300).term().drains();
    let second = first.at(400).serves("a", true).parts("a").asks("b").at(410).serves("b", true);
    second.parts("b").at(500).phase("releasing").release(Begun).release(Done)
}

/// Like [`two`], with a probe of the readiness that no client records.
fn probed(closed_before: bool) -> Story {
    let accepts = |story: Story| story.inside(SimEvent::Accepted { conn: "operator@1".into() });
    let drops =
        |story: Story| story.inside(SimEvent::Dropped { conn: "operator@1".into(), unread: 0 });
    if closed_before { two_after(|story| drops(accepts(story))) } else { drops(accepts(two())) }
}

fn tally(requests: u64) -> Value {
    json!({ "requests": requests, "connections": 0, "upgraded": 0, "lingering": 0, "tasks": 0 })
}

fn right() -> Value {
    let released = json!([{ "name": "store", "outcome": "done", "took_ms": 0 }]);
    json!({ "finished": 2, "at_signal": tally(1), "releases": released, "took_ms": 200 })
}

/// The report with one part changed.
fn but(key: &str, value: Value) -> Value {
    let mut report = right();
    report[key] = value;
    report
}

#[test]
fn report_that_differs_from_the_run_is_a_violation() {
    let notified = |report: Value| two().reports(&report).phase("done").exits(0);
    let skipped = json!([{ "name": "store", "outcome": "skipped", "took_ms": 0 }]);
    let rows: [Row<'_>; 15] = [
        ("as it was", notified(right()), &[]),
        (
            "too few",
            notified(but("finished", json!(1))),
            &["Violation Must 2 finished: it reports 1"],
        ),
        ("too many", notified(but("finished", json!(3))), &["Violation Must … it reports 3"]),
        ("a probe", probed(false).reports(&but("finished", json!(3))).phase("done").exits(0), &[]),
        (
            "a probe is one request",
            probed(false).reports(&but("finished", json!(4))).phase("done").exits(0),
            &["Violation Must 2 to 3 finished: it reports 4"],
        ),
        (
            "a probe that was over",
            probed(true).reports(&but("finished", json!(3))).phase("done").exits(0),
            &["Violation Must 2 finished: it reports 3"],
        ),
        (
            "none at the signal",
            notified(but("at_signal", tally(0))),
            &["Violation Must at least 1 at_signal/requests: it reports 0"],
        ),
        (
            "one that was leaked",
            notified(but("aborted", tally(1))),
            &["0 aborted/requests: it reports 1", "clean is false"],
        ),
        ("a release", notified(but("releases", skipped)), &["store is skipped", "clean is false"]),
        ("unclean", notified(but("clean", json!(false))), &["clean is true: it reports false"]),
        (
            "a code",
            notified(but("exit_code", json!(1))),
            &["the exit code 0: it reports 1, and returned with 0"],
        ),
        (
            "forced",
            notified(but("forced", json!(true))),
            &["clean is", "code 130", "forced is false"],
        ),
        ("its cause", notified(but("cause", json!("SIGINT"))), &["the cause SIGTERM: it reports"]),
        (
            "its time",
            notified(but("took_ms", json!(1_200))),
            &["200 ms in all: it reports 1200 ms"],
        ),
        ("none", two().phase("done").exits(0), &["the server reports: it returned without one"]),
    ];
    expect(&CHECK, &case(), &rows);
}
