//! Transitions, one in each row: the inputs before, the current input, and then the actions, the
//! phase and the time of the next tick. Times are in milliseconds.

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
/// The same drain, begun by SIGINT.
const INT_ONE: [(u64, Input); 3] = [(0, Opened), (0, INT), (0, Sealed)];
/// The same drain, after its deadline.
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
fn phase_serving_counts_and_ends_at_every_cause() {
    // Counting changes no phase.
    row(plain(), &[], (1, Opened), &[], Serving, None);
    row(plain(), &[(1, Opened)], (2, RequestStarted), &[], Serving, None);
    // Time changes no phase.
    row(plain(), &[], (9_999_999, Tick), &[], Serving, None);
    // An end without a beginning is ignored, and so is a seal without a request for it.
    row(plain(), &[], (1, RequestEnded), &[], Serving, None);
    row(plain(), &[], (1, Sealed), &[], Serving, None);
    // SIGTERM, SIGINT, a panic and the application begin the same shutdown. Without a lame duck
    // the listener is sealed at once.
    row(plain(), &[], (5, TERM), &BEGIN, Sealing, Some(8_005));
    row(plain(), &[], (5, INT), &BEGIN, Sealing, Some(8_005));
    row(plain(), &[], (5, Panicked), &BEGIN, Sealing, Some(8_005));
    row(plain(), &[], (5, Begin), &BEGIN, Sealing, Some(8_005));
    // With a lame duck the listener stays open.
    row(duck(), &[], (5, TERM), &BEGIN[..2], LameDuck, Some(1_005));
    // A lame duck that refuses work has an action for that.
    let refuse = duck().lame_duck_work(LameDuckWork::Refuse);
    let expected = [FailReadiness, AnswerWithClose, RefuseWork];
    row(refuse, &[], (5, TERM), &expected, LameDuck, Some(1_005));
}

#[test]
fn phase_lame_duck_lasts_as_long_as_the_policy_says() {
    // The lame duck does not end early.
    row(duck(), &[(0, TERM)], (999, Tick), &[], LameDuck, Some(1_000));
    // At its end the listener is sealed.
    row(duck(), &[(0, TERM)], (1_000, Tick), &[Seal], Sealing, Some(8_000));
    // A late tick has the same effect, and does not move the deadline.
    row(duck(), &[(0, TERM)], (4_000, Tick), &[Seal], Sealing, Some(8_000));
    // During a shutdown neither a panic nor the application begins another one.
    row(duck(), &[(0, TERM)], (500, Panicked), &[], LameDuck, Some(1_000));
    row(duck(), &[(0, TERM)], (500, Begin), &[], LameDuck, Some(1_000));
    // The end of the last connection does not shorten the lame duck: load balancers must notice it.
    row(duck(), &[(0, Opened), (0, TERM)], (500, GONE), &[], LameDuck, Some(1_000));
    // At the deadline a longer lame duck is cut, and the listener is closed.
    let long = duck().lame_duck(at(9_000));
    row(long, &[(0, TERM)], (8_000, Tick), &[AbortRemaining, Finish], Done, None);
}

#[test]
fn phase_sealing_ends_when_the_listener_is_closed() {
    // With nothing open the shutdown ends at once.
    row(plain(), &[(0, TERM)], (7, Sealed), &[Finish], Done, None);
    // An open connection is drained. The graces count from now.
    row(plain(), &[(0, Opened), (0, TERM)], (7, Sealed), &[], Draining, Some(257));
    // The shutdown waits for connections that the seal accepted.
    row(plain(), &[(0, TERM), (3, Opened)], (7, Sealed), &[], Draining, Some(257));
    // A second `Sealed` has no effect.
    row(plain(), &ONE, (9, Sealed), &[], Draining, Some(250));
    // A seal that hangs is cut at the deadline.
    let hangs = [(0, Opened), (0, TERM)];
    row(plain(), &hangs, (8_000, Tick), &[AbortRemaining], Aborting, Some(8_050));
}

#[test]
fn phase_draining_waits_for_all_work() {
    // Both graces end at the same time.
    row(plain(), &ONE, (250, Tick), &[CloseSilent, CloseIdle], Draining, Some(8_000));
    // The shorter grace ends first.
    row(plain().idle_grace(at(400)), &ONE, (250, Tick), &[CloseSilent], Draining, Some(400));
    // The drain ends with the last connection.
    row(plain(), &ONE, (200, GONE), &[Finish], Done, None);
    // The drain does not end with the last but one.
    let two = [(0, Opened), (0, Opened), (0, TERM), (0, Sealed)];
    row(plain(), &two, (100, GONE), &[], Draining, Some(250));
    // The drain waits for an upgraded connection, until that is closed as an upgraded one.
    row(plain(), &UPGRADED, (100, GONE), &[], Draining, Some(250));
    row(plain(), &UPGRADED, (100, Closed(ConnState::Upgraded)), &[Finish], Done, None);
    // The drain waits for a tracked task.
    row(plain(), &TASK, (100, Tick), &[], Draining, Some(250));
    row(plain(), &TASK, (100, TaskEnded), &[Finish], Done, None);
    // The drain waits for a request, even if its connection was closed.
    let request = [(0, RequestStarted), (0, TERM), (0, Sealed)];
    row(plain(), &request, (100, Tick), &[], Draining, Some(250));
}

#[test]
fn lingering_connection_delays_the_end_and_not_the_release() {
    let lingers = [ONE.as_slice(), &[(100, Shut)]].concat();
    // Resources are released while a connection lingers.
    row(plain(), &ONE, (100, Shut), &[], Releasing, Some(1_100));
    // The shutdown ends with the connection.
    row(plain(), &lingers, (150, Closed(ConnState::Lingering)), &[Finish], Done, None);
    // The shutdown ends when the time to release is over.
    row(plain(), &lingers, (1_100, Tick), &[Finish], Done, None);
}

#[test]
fn deadline_cuts_all_work() {
    // Nothing is cut before the deadline.
    let idle = [ONE.as_slice(), &[(250, Tick)]].concat();
    row(plain(), &idle, (7_999, Tick), &[], Draining, Some(8_000));
    // The deadline cuts.
    row(plain(), &idle, (8_000, Tick), &[AbortRemaining], Aborting, Some(8_050));
    // A connection that closes exactly at the deadline has closed by itself.
    row(plain(), &idle, (8_000, GONE), &[Finish], Done, None);
    // The shutdown ends when the connection that was cut has closed.
    row(plain(), &CUT, (8_001, GONE), &[Finish], Done, None);
    // A handler that cannot be cut delays the shutdown by the abort grace only.
    row(plain(), &CUT, (8_050, Tick), &[Finish], Done, None);
}

#[test]
fn only_a_second_sigint_forces_the_end() {
    // A second SIGTERM is ignored, because some process wrappers deliver twice.
    row(plain(), &ONE, (100, TERM), &[], Draining, Some(250));
    // One kind of signal after the other is ignored too.
    row(plain(), &ONE, (100, INT), &[], Draining, Some(250));
    row(plain(), &INT_ONE, (100, TERM), &[], Draining, Some(250));
    // SIGINT after SIGINT cuts in every phase.
    row(duck(), &INT_ONE[..2], (100, INT), &[AbortRemaining], Aborting, Some(150));
    row(plain(), &INT_ONE[..2], (100, INT), &[AbortRemaining], Aborting, Some(150));
    row(plain(), &INT_ONE, (100, INT), &[AbortRemaining], Aborting, Some(150));
    // A first SIGINT does not cut a shutdown that a panic or the application began.
    row(plain(), &[(0, Opened), (0, Panicked)], (100, INT), &[], Sealing, Some(8_000));
    row(plain(), &[(0, Opened), (0, Begin)], (100, INT), &[], Sealing, Some(8_000));
}
