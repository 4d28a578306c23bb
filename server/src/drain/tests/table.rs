//! Transitions, a row each: what came before, what comes now, and what that leads to: the actions,
//! the phase, and when the next tick is due. Times are in milliseconds.

use super::super::Action::{
    AbortRemaining, AnswerWithClose, CloseIdle, CloseSilent, FailReadiness, Finish, RefuseWork,
    Seal,
};
use super::super::Input::{
    Begin, Closed, Opened, Panicked, RequestEnded, RequestStarted, Sealed, Shut, Signalled,
    TaskEnded, TaskStarted, Tick, Upgraded,
};
use super::super::Phase::{Aborting, Done, Draining, LameDuck, Releasing, Sealing, Serving};
use super::super::{Action, ConnState, Input, LameDuckWork, Phase, Policy, Signal};
use super::{actions, after, at};

const TERM: Input = Signalled(Signal::Terminate);
const INT: Input = Signalled(Signal::Interrupt);
const GONE: Input = Closed(ConnState::Open);
const BEGIN: [Action; 3] = [FailReadiness, AnswerWithClose, Seal];

/// A drain that waits for one connection.
const ONE: [(u64, Input); 3] = [(0, Opened), (0, TERM), (0, Sealed)];
/// The same, begun by SIGINT.
const INT_ONE: [(u64, Input); 3] = [(0, Opened), (0, INT), (0, Sealed)];
/// The same, after its deadline.
const CUT: [(u64, Input); 4] = [(0, Opened), (0, TERM), (0, Sealed), (8_000, Tick)];
/// A drain that waits for an upgraded connection.
const UPGRADED: [(u64, Input); 4] = [(0, Opened), (0, Upgraded), (0, TERM), (0, Sealed)];
/// A drain that waits for a tracked task.
const TASK: [(u64, Input); 3] = [(0, TaskStarted), (0, TERM), (0, Sealed)];

fn plain() -> Policy {
    Policy::default()
}

fn duck() -> Policy {
    Policy::default().lame_duck(at(1_000))
}

#[track_caller]
fn row(
    policy: Policy,
    before: &[(u64, Input)],
    now: (u64, Input),
    expected: &[Action],
    phase: Phase,
    deadline: Option<u64>,
) {
    let mut machine = after(policy, &[], before);
    actions(&mut machine);
    machine.handle(at(now.0), now.1);
    assert_eq!(actions(&mut machine), expected, "actions");
    assert_eq!(machine.phase(), phase, "phase");
    assert_eq!(machine.deadline(), deadline.map(at), "deadline");
}

#[test]
fn serving() {
    // Counting moves nothing.
    row(plain(), &[], (1, Opened), &[], Serving, None);
    row(plain(), &[(1, Opened)], (2, RequestStarted), &[], Serving, None);
    // Nor does time.
    row(plain(), &[], (9_999_999, Tick), &[], Serving, None);
    // An end without a beginning is ignored, and so is an answer without a question.
    row(plain(), &[], (1, RequestEnded), &[], Serving, None);
    row(plain(), &[], (1, Sealed), &[], Serving, None);
    // SIGTERM, SIGINT, a panic and the application begin the same shutdown; without a lame duck it
    // seals at once.
    row(plain(), &[], (5, TERM), &BEGIN, Sealing, Some(8_005));
    row(plain(), &[], (5, INT), &BEGIN, Sealing, Some(8_005));
    row(plain(), &[], (5, Panicked), &BEGIN, Sealing, Some(8_005));
    row(plain(), &[], (5, Begin), &BEGIN, Sealing, Some(8_005));
    // With a lame duck the door stays open.
    row(duck(), &[], (5, TERM), &BEGIN[..2], LameDuck, Some(1_005));
    // One that refuses says so.
    let refuse = duck().lame_duck_work(LameDuckWork::Refuse);
    let expected = [FailReadiness, AnswerWithClose, RefuseWork];
    row(refuse, &[], (5, TERM), &expected, LameDuck, Some(1_005));
}

#[test]
fn lame_duck() {
    // Not before its time.
    row(duck(), &[(0, TERM)], (999, Tick), &[], LameDuck, Some(1_000));
    // Its end seals.
    row(duck(), &[(0, TERM)], (1_000, Tick), &[Seal], Sealing, Some(8_000));
    // A late tick seals too, and does not move the deadline.
    row(duck(), &[(0, TERM)], (4_000, Tick), &[Seal], Sealing, Some(8_000));
    // A panic in a shutdown begins no other, and nor does the application.
    row(duck(), &[(0, TERM)], (500, Panicked), &[], LameDuck, Some(1_000));
    row(duck(), &[(0, TERM)], (500, Begin), &[], LameDuck, Some(1_000));
    // The end of the last connection does not shorten it: it is there to be seen.
    row(duck(), &[(0, Opened), (0, TERM)], (500, GONE), &[], LameDuck, Some(1_000));
    // One beyond the deadline is cut, and the door with it.
    let long = duck().lame_duck(at(9_000));
    row(long, &[(0, TERM)], (8_000, Tick), &[AbortRemaining, Finish], Done, None);
}

#[test]
fn sealing() {
    // Nothing open: over at once.
    row(plain(), &[(0, TERM)], (7, Sealed), &[Finish], Done, None);
    // Something open is drained; the graces count from here.
    row(plain(), &[(0, Opened), (0, TERM)], (7, Sealed), &[], Draining, Some(257));
    // What the seal brought in is waited for.
    row(plain(), &[(0, TERM), (3, Opened)], (7, Sealed), &[], Draining, Some(257));
    // Sealed twice counts once.
    row(plain(), &ONE, (9, Sealed), &[], Draining, Some(250));
    // A seal that hangs is cut at the deadline.
    let hangs = [(0, Opened), (0, TERM)];
    row(plain(), &hangs, (8_000, Tick), &[AbortRemaining], Aborting, Some(8_050));
}

#[test]
fn draining() {
    // The graces run out together.
    row(plain(), &ONE, (250, Tick), &[CloseSilent, CloseIdle], Draining, Some(8_000));
    // The shorter grace first.
    row(plain().idle_grace(at(400)), &ONE, (250, Tick), &[CloseSilent], Draining, Some(400));
    // The last connection ends it.
    row(plain(), &ONE, (200, GONE), &[Finish], Done, None);
    // The last but one does not.
    let two = [(0, Opened), (0, Opened), (0, TERM), (0, Sealed)];
    row(plain(), &two, (100, GONE), &[], Draining, Some(250));
    // An upgraded connection is waited for, as upgraded.
    row(plain(), &UPGRADED, (100, GONE), &[], Draining, Some(250));
    row(plain(), &UPGRADED, (100, Closed(ConnState::Upgraded)), &[Finish], Done, None);
    // A tracked task is waited for.
    row(plain(), &TASK, (100, Tick), &[], Draining, Some(250));
    row(plain(), &TASK, (100, TaskEnded), &[Finish], Done, None);
    // So is a request, even if its connection had gone.
    let request = [(0, RequestStarted), (0, TERM), (0, Sealed)];
    row(plain(), &request, (100, Tick), &[], Draining, Some(250));
}

#[test]
fn lingering() {
    let lingers = [ONE.as_slice(), &[(100, Shut)]].concat();
    // A connection whose write side is shut holds the end, but not the release.
    row(plain(), &ONE, (100, Shut), &[], Releasing, Some(1_100));
    // Its end is the end.
    row(plain(), &lingers, (150, Closed(ConnState::Lingering)), &[Finish], Done, None);
    // So is the end of the time to release.
    row(plain(), &lingers, (1_100, Tick), &[Finish], Done, None);
}

#[test]
fn deadline() {
    // Nothing is cut before it.
    let idle = [ONE.as_slice(), &[(250, Tick)]].concat();
    row(plain(), &idle, (7_999, Tick), &[], Draining, Some(8_000));
    // It cuts.
    row(plain(), &idle, (8_000, Tick), &[AbortRemaining], Aborting, Some(8_050));
    // What ends at the very deadline has ended.
    row(plain(), &idle, (8_000, GONE), &[Finish], Done, None);
    // What was cut ends it.
    row(plain(), &CUT, (8_001, GONE), &[Finish], Done, None);
    // What cannot be cut does not hold it.
    row(plain(), &CUT, (8_050, Tick), &[Finish], Done, None);
}

#[test]
fn signals_in_a_shutdown() {
    // A second SIGTERM is ignored: wrappers deliver twice.
    row(plain(), &ONE, (100, TERM), &[], Draining, Some(250));
    // So is one kind after the other.
    row(plain(), &ONE, (100, INT), &[], Draining, Some(250));
    row(plain(), &INT_ONE, (100, TERM), &[], Draining, Some(250));
    // SIGINT after SIGINT cuts, in whatever phase.
    row(duck(), &INT_ONE[..2], (100, INT), &[AbortRemaining], Aborting, Some(150));
    row(plain(), &INT_ONE[..2], (100, INT), &[AbortRemaining], Aborting, Some(150));
    row(plain(), &INT_ONE, (100, INT), &[AbortRemaining], Aborting, Some(150));
    // A panic's shutdown is not cut by a first SIGINT, and nor is one of the application's.
    row(plain(), &[(0, Opened), (0, Panicked)], (100, INT), &[], Sealing, Some(8_000));
    row(plain(), &[(0, Opened), (0, Begin)], (100, INT), &[], Sealing, Some(8_000));
}
