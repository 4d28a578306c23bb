//! Transitions, a row each: what came before, what comes now, what is done, and where that leads.

use std::time::Duration;

use super::super::Action::{
    AbortRemaining, AnswerWithClose, CloseIdle, CloseSilent, FailReadiness, Finish, RefuseWork,
    Seal,
};
use super::super::Input::{
    Closed, Opened, Panicked, RequestEnded, RequestStarted, Sealed, Shut, Signalled, TaskEnded,
    TaskStarted, Tick, Upgraded,
};
use super::super::Phase::{Aborting, Done, Draining, LameDuck, Sealing, Serving};
use super::super::{Action, Input, LameDuckWork, Phase, Policy, Signal, Stage};
use super::{actions, after, at};

const TERM: Input = Signalled(Signal::Terminate);
const INT: Input = Signalled(Signal::Interrupt);

struct Row {
    why: &'static str,
    policy: Policy,
    before: Vec<(u64, Input)>,
    now: (u64, Input),
    actions: Vec<Action>,
    phase: Phase,
    deadline: Option<u64>,
}

fn plain() -> Policy {
    Policy::default()
}

fn duck() -> Policy {
    Policy::default().lame_duck(Duration::from_secs(1))
}

#[rustfmt::skip] // one line a row
fn rows() -> Vec<Row> {
    let row = |why, policy, before: &[(u64, Input)], now, actions: &[Action], phase, deadline| {
        Row { why, policy, before: before.to_vec(), now, actions: actions.to_vec(), phase, deadline }
    };
    let open = Closed(Stage::Open);
    vec![
        // Serving: counting moves nothing.
        row("a connection opens", plain(), &[], (1, Opened), &[], Serving, None),
        row("a request starts", plain(), &[(1, Opened)], (2, RequestStarted), &[], Serving, None),
        row("a tick changes nothing", plain(), &[], (9_999_999, Tick), &[], Serving, None),
        row("an end without a beginning is ignored", plain(), &[], (1, RequestEnded), &[], Serving, None),
        row("sealed without having been asked", plain(), &[], (1, Sealed), &[], Serving, None),
        // The signal.
        row("SIGTERM without a lame duck seals at once", plain(), &[], (5, TERM), &[FailReadiness, AnswerWithClose, Seal], Sealing, Some(8_005)),
        row("SIGINT does the same", plain(), &[], (5, INT), &[FailReadiness, AnswerWithClose, Seal], Sealing, Some(8_005)),
        row("a panic does the same", plain(), &[], (5, Panicked), &[FailReadiness, AnswerWithClose, Seal], Sealing, Some(8_005)),
        row("with a lame duck the door stays open", duck(), &[], (5, TERM), &[FailReadiness, AnswerWithClose], LameDuck, Some(1_005)),
        row("a lame duck that refuses says so", duck().lame_duck_work(LameDuckWork::Refuse), &[], (5, TERM), &[FailReadiness, AnswerWithClose, RefuseWork], LameDuck, Some(1_005)),
        // Lame duck.
        row("not before its time", duck(), &[(0, TERM)], (999, Tick), &[], LameDuck, Some(1_000)),
        row("its end seals", duck(), &[(0, TERM)], (1_000, Tick), &[Seal], Sealing, Some(8_000)),
        row("a late tick seals too, and the deadline stays", duck(), &[(0, TERM)], (4_000, Tick), &[Seal], Sealing, Some(8_000)),
        row("a panic in a shutdown begins no other", duck(), &[(0, TERM)], (500, Panicked), &[], LameDuck, Some(1_000)),
        row("a lame duck beyond the deadline is cut", duck().lame_duck(at(9_000)), &[(0, TERM)], (8_000, Tick), &[AbortRemaining, Finish], Done, None),
        // Sealing.
        row("nothing open: over at once", plain(), &[(0, TERM)], (7, Sealed), &[Finish], Done, None),
        row("something open: drain", plain(), &[(0, Opened), (0, TERM)], (7, Sealed), &[], Draining, Some(257)),
        row("sealed twice counts once", plain(), &[(0, Opened), (0, TERM), (7, Sealed)], (9, Sealed), &[], Draining, Some(257)),
        row("a seal that hangs is cut at the deadline", plain(), &[(0, Opened), (0, TERM)], (8_000, Tick), &[AbortRemaining], Aborting, Some(8_050)),
        row("what the seal brought in is waited for", plain(), &[(0, TERM), (3, Opened)], (7, Sealed), &[], Draining, Some(257)),
        // Draining.
        row("the graces run out together", plain(), &[(0, Opened), (0, TERM), (0, Sealed)], (250, Tick), &[CloseSilent, CloseIdle], Draining, Some(8_000)),
        row("the shorter grace first", plain().idle_grace(at(400)), &[(0, Opened), (0, TERM), (0, Sealed)], (250, Tick), &[CloseSilent], Draining, Some(400)),
        row("the last connection ends it", plain(), &[(0, Opened), (0, TERM), (0, Sealed)], (300, open), &[Finish], Done, None),
        row("the last but one does not", plain(), &[(0, Opened), (0, Opened), (0, TERM), (0, Sealed)], (100, open), &[], Draining, Some(250)),
        row("an upgraded connection is waited for", plain(), &[(0, Opened), (0, Upgraded), (0, TERM), (0, Sealed)], (100, open), &[], Draining, Some(250)),
        row("and ends it", plain(), &[(0, Opened), (0, Upgraded), (0, TERM), (0, Sealed)], (100, Closed(Stage::Upgraded)), &[Finish], Done, None),
        row("a tracked task is waited for", plain(), &[(0, TaskStarted), (0, TERM), (0, Sealed)], (100, Tick), &[], Draining, Some(250)),
        row("and ends it", plain(), &[(0, TaskStarted), (0, TERM), (0, Sealed)], (100, TaskEnded), &[Finish], Done, None),
        row("a connection that lingers holds the end, not the release", plain(), &[(0, Opened), (0, TERM), (0, Sealed)], (100, Shut), &[], Phase::Releasing, Some(1_100)),
        row("and its end ends it", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (100, Shut)], (150, Closed(Stage::Lingering)), &[Finish], Done, None),
        row("and so does the end of the time to release", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (100, Shut)], (1_100, Tick), &[Finish], Done, None),
        // The deadline.
        row("nothing is cut before it", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (250, Tick)], (7_999, Tick), &[], Draining, Some(8_000)),
        row("it cuts", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (250, Tick)], (8_000, Tick), &[AbortRemaining], Aborting, Some(8_050)),
        row("what ends at the very deadline has ended", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (250, Tick)], (8_000, open), &[Finish], Done, None),
        row("what was cut ends it", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (8_000, Tick)], (8_001, open), &[Finish], Done, None),
        row("what cannot be cut does not hold it", plain(), &[(0, Opened), (0, TERM), (0, Sealed), (8_000, Tick)], (8_050, Tick), &[Finish], Done, None),
        // Signals in a shutdown.
        row("a second SIGTERM is ignored", plain(), &[(0, Opened), (0, TERM), (0, Sealed)], (100, TERM), &[], Draining, Some(250)),
        row("SIGINT after SIGTERM is ignored", plain(), &[(0, Opened), (0, TERM), (0, Sealed)], (100, INT), &[], Draining, Some(250)),
        row("SIGTERM after SIGINT is ignored", plain(), &[(0, Opened), (0, INT), (0, Sealed)], (100, TERM), &[], Draining, Some(250)),
        row("SIGINT after SIGINT cuts", plain(), &[(0, Opened), (0, INT), (0, Sealed)], (100, INT), &[AbortRemaining], Aborting, Some(150)),
        row("in the lame duck too", duck(), &[(0, Opened), (0, INT)], (100, INT), &[AbortRemaining], Aborting, Some(150)),
        row("while sealing too", plain(), &[(0, Opened), (0, INT)], (100, INT), &[AbortRemaining], Aborting, Some(150)),
    ]
}

#[test]
fn every_row_holds() {
    for row in rows() {
        let mut machine = after(row.policy, &[], &row.before);
        actions(&mut machine);
        machine.handle(at(row.now.0), row.now.1);
        assert_eq!(actions(&mut machine), row.actions, "actions: {}", row.why);
        assert_eq!(machine.phase(), row.phase, "phase: {}", row.why);
        assert_eq!(
            machine.deadline(),
            row.deadline.map(at),
            "deadline: {}",
            row.why
        );
    }
}
