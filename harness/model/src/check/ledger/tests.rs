//! Every cell of the ledger's table.

use super::super::testing::{Row, Story, expect, ready, stopping};
use super::*;
use crate::check::Kind;
use crate::history::{End, EventKind, Sign};
use crate::plan::Gate;

/// A request that the server has read when the signal comes at 300.
fn in_flight() -> Story {
    ready().at(200).posts("a").at(300).signalled()
}

/// A request in the kernel's buffers when the signal comes.
fn unread() -> Story {
    ready().at(200).posts("a").at(300).signalled_before_reading(&["a"])
}

/// A request that is sent after the first sign of shutdown.
fn late() -> Story {
    ready().at(300).signalled().at(320).visible(Sign::Unavailable).at(350).posts("a")
}

#[test]
fn every_ledger_cell_for_answered_requests_in_flight() {
    let at = || in_flight().at(312);
    let rows: [Row<'_>; 9] = [
        ("201 and a row", at().answered("a", 201).rows(&[("a", 1)]), &[]),
        (
            "201 and no row: a lie",
            at().answered("a", 201).rows(&[]),
            &["Violation Must … lie: 201, complete 12 ms after SIGTERM, and no row"],
        ),
        (
            "201 and two rows",
            at().answered("a", 201).rows(&[("a", 2)]),
            &["Violation Must … duplicate: 201, complete 12 ms after SIGTERM, and 2 rows"],
        ),
        (
            "503 and a row: a ghost",
            at().answered("a", 503).rows(&[("a", 1)]),
            &["Violation Must … ghost: 503, complete 12 ms after SIGTERM, and yet its row"],
        ),
        (
            "503 and no row: refused, though it was in flight",
            at().answered("a", 503).rows(&[]),
            &["Violation Must … rejected in flight: it was in flight at the signal"],
        ),
        (
            "408 is the same",
            at().answered("a", 408).rows(&[]),
            &["Violation Must … rejected in flight"],
        ),
        (
            "503 and two rows",
            at().answered("a", 503).rows(&[("a", 2)]),
            &["Violation Must … duplicate: 503"],
        ),
        (
            "500 and a row",
            at().answered("a", 500).rows(&[("a", 1)]),
            &["Violation Must … ghost: 500"],
        ),
        (
            "500 and no row",
            at().answered("a", 500).rows(&[]),
            &["Violation Must … dropped: it was in flight at the signal, and got 500"],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
}

#[test]
fn every_ledger_cell_for_unanswered_requests_in_flight() {
    let at = || in_flight().at(312);
    let rows: [Row<'_>; 9] = [
        (
            "not begun, as the server says, and no row",
            at().ended("a", End::Refused, 0).rows(&[]),
            &[],
        ),
        (
            "not begun, as the server says, and a row",
            at().ended("a", End::Refused, 0).rows(&[("a", 1)]),
            &["Violation Must … ghost: refused before it was begun 12 ms after SIGTERM, and yet"],
        ),
        (
            "reset without a byte, and a row",
            at().ended("a", End::Reset, 0).rows(&[("a", 1)]),
            &["lost acknowledgement: reset without a byte 12 ms after SIGTERM; its row is in"],
        ),
        (
            "closed without a byte, and no row",
            at().ended("a", End::Fin, 0).rows(&[]),
            &["Violation Must … dropped: it was in flight at the signal; closed without a"],
        ),
        (
            "closed without a byte, and two rows",
            at().ended("a", End::Fin, 0).rows(&[("a", 3)]),
            &["Violation Must … duplicate: closed without a byte … 3 rows"],
        ),
        (
            "cut inside the response",
            at().ended("a", End::Reset, 30).rows(&[("a", 1)]),
            &["Violation Must … a 201, cut before its end 12 ms after SIGTERM; its row is in"],
        ),
        (
            "cut inside the head, and no row",
            at().ended("a", End::Fin, 9).rows(&[]),
            &["Violation Must … a response cut inside its head"],
        ),
        (
            "silence until the world killed the server",
            at().at(10_300).killed().at(10_310).ended("a", End::Reset, 0).rows(&[]),
            &["Violation Must … silence until the end 10.0 s after SIGTERM; no row"],
        ),
        (
            "silence, and nothing recorded of it",
            at().rows(&[("a", 1)]),
            &["Violation Must … silence until the end; its row is in jobs"],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
}

#[test]
fn every_ledger_cell_for_requests_that_were_not_proved_in_flight() {
    const NOTE: &str = "Note Info … 1 that were sent before … 0 that were sent after";
    let at = || unread().at(312);
    let rows: [Row<'_>; 9] = [
        ("served though unread", at().answered("a", 201).rows(&[("a", 1)]), &[]),
        ("a lie is one, read or not", at().answered("a", 201).rows(&[]), &["Violation Must … lie"]),
        ("refused: good, and counted", at().answered("a", 503).rows(&[]), &[NOTE]),
        (
            "refused, and yet done",
            at().answered("a", 503).rows(&[("a", 1)]),
            &["Violation Must … ghost", NOTE],
        ),
        ("an error, counted", at().answered("a", 500).rows(&[]), &[NOTE]),
        (
            "reset with its bytes unread, as a closed accept queue does: a warning",
            at().ended("a", End::Reset, 0).rows(&[]),
            &["Violation Should … had perhaps not read it at the signal", NOTE],
        ),
        (
            "closed, and done: its client cannot know",
            at().ended("a", End::Fin, 0).rows(&[("a", 1)]),
            &["Violation Should … which its client cannot know", NOTE],
        ),
        (
            "a response that was begun proves the rest",
            at().ended("a", End::Reset, 30).rows(&[]),
            &["Violation Must … cut before its end", NOTE],
        ),
        (
            "sent in the instant between the look at the buffers and the signal",
            ready()
                .at(299)
                .posts("b")
                .at(300)
                .posts("a")
                .event("world", look_at_299())
                .signalled()
                .at(312)
                .answered("b", 201)
                .ended("a", End::Reset, 0)
                .rows(&[("b", 1)]),
            &["Violation Should … reset without a byte", NOTE],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
}

fn look_at_299() -> EventKind {
    EventKind::Snapshot { as_of_us: 299_000, unread: BTreeSet::new(), unaccepted: BTreeSet::new() }
}

#[test]
fn every_ledger_cell_for_requests_sent_during_the_drain() {
    const NOTE: &str = "Note Info … 0 that were sent before … 1 that were sent after";
    let at = || late().at(360);
    let rows: [Row<'_>; 7] = [
        ("not begun", at().ended("a", End::Refused, 0).rows(&[]), &[NOTE]),
        ("a lame duck that works", at().answered("a", 201).rows(&[("a", 1)]), &[]),
        ("a lame duck that refuses", at().answered("a", 503).rows(&[]), &[NOTE]),
        ("the door closed on it", at().ended("a", End::Reset, 0).rows(&[]), &[NOTE]),
        (
            "refused, and yet done",
            at().answered("a", 503).rows(&[("a", 1)]),
            &["Violation Must … ghost", NOTE],
        ),
        (
            "closed, and done",
            at().ended("a", End::Reset, 0).rows(&[("a", 1)]),
            &["Violation Should … its row is in jobs", NOTE],
        ),
        (
            "left in silence",
            at().at(10_300).killed().ended("a", End::Reset, 0).rows(&[]),
            &["Violation Must … silence", NOTE],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
}

#[test]
fn success_before_the_store_acknowledges_is_a_lie() {
    let held = || ready().at(200).holds().at(210).posts("a").at(220).held();
    let rows: [Row<'_>; 4] = [
        (
            "201 while the gate kept the row out, though it came later",
            held().at(230).answered("a", 201).at(300).signalled().opens().rows(&[("a", 1)]),
            &["Violation Must … lie: 201, complete 70 ms before SIGTERM, while its row was"],
        ),
        (
            "the same after the signal, with a gate that never opened",
            held().at(300).signalled().at(330).answered("a", 201).rows(&[]),
            &["Violation Must … lie: 201, complete 30 ms after SIGTERM, while its row was"],
        ),
        (
            "a row that is in, and of which the server has not been told, makes it no lie",
            ready()
                .at(200)
                .event("store", EventKind::Holding { gate: Gate::Acknowledgement })
                .at(210)
                .posts("a")
                .at(300)
                .signalled()
                .at(310)
                .answered("a", 201)
                .rows(&[("a", 1)]),
            &[],
        ),
        (
            "and as it should be",
            held().at(300).signalled().at(310).opens().at(311).answered("a", 201).rows(&[("a", 1)]),
            &[],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
}

#[test]
fn request_that_was_not_sent_whole_is_no_loss() {
    let half = || ready().at(200).connects("a").sends_part("a", Intent::Work, 20, (true, false));
    let gone = EventKind::NotSent {
        conn: "a@1".to_owned(),
        request: crate::history::RequestId { id: "a#2".to_owned(), name: Some("x".to_owned()) },
        intent: Intent::Work,
        error: "broken pipe".to_owned(),
    };
    let unconnected = EventKind::NotSent {
        conn: "a@1".to_owned(),
        request: crate::history::RequestId { id: "a#1".to_owned(), name: Some("a".to_owned()) },
        intent: Intent::Work,
        error: "connection refused".to_owned(),
    };
    let unsent = || unread().at(1312).event("a", unconnected.clone());
    let rows: [Row<'_>; 7] = [
        (
            "the client left: a row or none",
            in_flight().at(310).ended("a", End::Client, 0).rows(&[("a", 1)]),
            &[],
        ),
        (
            "the client left, and two rows exist",
            in_flight().at(310).ended("a", End::Client, 0).rows(&[("a", 2)]),
            &["Violation Must … duplicate"],
        ),
        (
            "half of the request was sent, and its row exists",
            half().at(300).signalled().at(310).ended("a", End::Fin, 0).rows(&[("a", 1)]),
            &["Violation Must … ghost: closed without a byte", "Note"],
        ),
        (
            "half of the request was sent, and its connection closed",
            half().at(300).signalled().at(310).ended("a", End::Fin, 0).rows(&[]),
            &["Note"],
        ),
        (
            "the connection ended before the request could be sent",
            in_flight().at(310).answered("a", 201).at(320).event("a", gone).rows(&[("a", 1)]),
            &["Note"],
        ),
        ("a pool found no connection for the request", unsent().rows(&[]), &["Note"]),
        (
            "a pool found no connection for the request, and its row exists",
            unsent().rows(&[("a", 1)]),
            &["Violation Must … ghost", "Note"],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
}

#[test]
fn rows_must_be_counted_and_belong_to_a_request() {
    let good = || in_flight().at(310).answered("a", 201);
    let unsettled = |counts: &[(&str, u32)]| {
        let mut story = good().rows(counts).end();
        for event in &mut story.events {
            if let EventKind::Rows { sessions_left, .. } = &mut event.what {
                *sessions_left = 1;
            }
        }
        (CHECK.judge)(&stopping(&CHECK), &View::of(&story))
    };
    let why = "the database is gone".to_owned();
    let rows: [Row<'_>; 3] = [
        (
            "a row with a name that no client sent",
            good().rows(&[("a", 1), ("job-guessed", 1)]),
            &["Violation Must … rows with names that no client sent: 1, such as job-guessed"],
        ),
        ("a row of the server's own", good().rows(&[("a", 1), ("migration", 1)]), &[]),
        (
            "rows that could not be counted",
            good().event("store", EventKind::NoRows { why }),
            &["Inconclusive … the database is gone"],
        ),
    ];
    expect(&CHECK, &stopping(&CHECK), &rows);
    // An open session may still create a row, so a missing row proves nothing yet.
    assert!(unsettled(&[]).iter().all(|finding| finding.kind == Kind::Inconclusive));
    assert_eq!(unsettled(&[("a", 1)]).len(), 1);
    assert_eq!(unsettled(&[("a", 2)])[0].kind, Kind::Violation, "two rows are two rows");
}
