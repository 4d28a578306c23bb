//! The release of resources, outcomes and exit codes.

use super::super::Action::{Abandon, AbortRemaining, Finish, Release};
use super::super::Input::{
    Closed, Opened, Panicked, Released, RequestEnded, RequestStarted, Sealed, Signalled, Tick,
};
use super::super::ReleaseOutcome::{Done, Failed, Skipped, TimedOut};
use super::super::{
    Action, ConnState, Input, Machine, Phase, Policy, ReleaseOutcome, Signal, exit_code,
};
use super::{actions, after, at};

const TERM: Input = Signalled(Signal::Terminate);
const INT: Input = Signalled(Signal::Interrupt);

fn outcomes(machine: &Machine) -> Vec<ReleaseOutcome> {
    machine.outcome().released.iter().map(|it| it.outcome).collect()
}

/// A shutdown with nothing open and two resources, whose bounds are 600 ms each and 1 s for both.
fn releasing(more: &[(u64, Input)]) -> (Machine, Vec<Action>) {
    let mut inputs = vec![(0, TERM), (0, Sealed)];
    inputs.extend_from_slice(more);
    let mut machine = after(Policy::default(), &[600, 600], &inputs);
    let mut actions = actions(&mut machine);
    actions.drain(..3); // FailReadiness, AnswerWithClose, Seal
    (machine, actions)
}

#[test]
fn resources_are_released_one_after_the_other() {
    let (machine, actions) = releasing(&[]);
    assert_eq!(actions, [Release(0)]);
    assert_eq!(machine.deadline(), Some(at(600)));

    let (machine, actions) = releasing(&[(100, Released(Done))]);
    assert_eq!(actions, [Release(0), Release(1)]);
    assert_eq!(machine.deadline(), Some(at(700)));

    let (machine, actions) = releasing(&[(100, Released(Done)), (150, Released(Done))]);
    assert_eq!(actions, [Release(0), Release(1), Finish]);
    assert_eq!(outcomes(&machine), [Done, Done]);
    assert!(machine.outcome().is_clean());
    assert_eq!(machine.outcome().released[1].took, at(50));
}

#[test]
fn release_that_hangs_is_abandoned_and_the_next_gets_the_remaining_time() {
    let (machine, actions) = releasing(&[(600, Tick), (1_000, Tick)]);
    assert_eq!(actions, [Release(0), Abandon(0), Release(1), Abandon(1), Finish]);
    assert_eq!(outcomes(&machine), [TimedOut, TimedOut]);
    assert_eq!(machine.phase(), Phase::Done);
    assert!(!machine.outcome().is_clean());
}

#[test]
fn releases_are_skipped_when_the_time_for_all_is_over() {
    let inputs = [(0, TERM), (0, Sealed), (300, Tick)];
    let policy = Policy::default().release(at(300));
    let mut machine = after(policy, &[600, 600], &inputs);
    assert_eq!(actions(&mut machine)[3..], [Release(0), Abandon(0), Finish]);
    assert_eq!(outcomes(&machine), [TimedOut, Skipped]);
}

#[test]
fn release_that_fails_does_not_stop_the_next() {
    let (machine, actions) = releasing(&[(1, Released(Failed)), (2, Released(Done))]);
    assert_eq!(actions, [Release(0), Release(1), Finish]);
    assert_eq!(outcomes(&machine), [Failed, Done]);
}

#[test]
fn release_begins_only_after_the_last_connection_closed() {
    let inputs = [(0, Opened), (0, TERM), (0, Sealed), (5_000, Tick)];
    let mut machine = after(Policy::default(), &[600], &inputs);
    assert!(!actions(&mut machine).contains(&Release(0)));
    machine.handle(at(5_001), Closed(ConnState::Open));
    assert_eq!(actions(&mut machine), [Release(0)]);
}

#[test]
fn second_sigint_abandons_the_current_release() {
    let inputs = [(0, INT), (0, Sealed), (10, INT)];
    let mut machine = after(Policy::default(), &[600, 600], &inputs);
    assert_eq!(actions(&mut machine)[3..], [Release(0), Abandon(0), Finish]);
    assert_eq!(machine.outcome().exit_code(machine.policy()), exit_code::INTERRUPTED);
}

/// The exit code of a shutdown with one connection and one resource. The policy's
/// `forced_exit_code` is 3.
fn exit_code(inputs: &[(u64, Input)]) -> u8 {
    let mut machine = after(Policy::default().forced_exit_code(3), &[600], &[(0, Opened)]);
    for (ms, input) in inputs {
        machine.handle(at(*ms), *input);
        actions(&mut machine);
    }
    assert_eq!(machine.phase(), Phase::Done);
    machine.outcome().exit_code(machine.policy())
}

#[test]
fn exit_code_tells_clean_cut_panicked_and_forced_apart() {
    let closed = Closed(ConnState::Open);
    // Everything ended by itself.
    assert_eq!(exit_code(&[(0, TERM), (0, Sealed), (9, closed), (9, Released(Done))]), 0);
    assert_eq!(exit_code(&[(0, INT), (0, Sealed), (9, closed), (9, Released(Done))]), 0);
    // Something was cut, or not released.
    let cut = [(0, TERM), (0, Sealed), (8_000, Tick), (8_001, closed), (8_001, Released(Done))];
    assert_eq!(exit_code(&cut), 3);
    assert_eq!(exit_code(&[(0, TERM), (0, Sealed), (9, closed), (9, Released(Failed))]), 3);
    // A panic began the shutdown, and everything ended by itself.
    assert_eq!(exit_code(&[(0, Panicked), (0, Sealed), (9, closed), (9, Released(Done))]), 70);
    // A panic came during a shutdown that a signal began.
    let late = [(0, TERM), (0, Panicked), (0, Sealed), (9, closed), (9, Released(Done))];
    assert_eq!(exit_code(&late), 70);
    // A second SIGINT takes precedence over everything.
    let forced = [(0, INT), (0, Sealed), (5, INT), (6, closed), (9, Released(Done))];
    assert_eq!(exit_code(&forced), 130);
}

#[test]
fn default_policy_exits_0_after_a_cut() {
    let inputs = [(0, Opened), (0, TERM), (0, Sealed), (8_050, Tick), (8_100, Tick)];
    let mut machine = after(Policy::default(), &[], &inputs);
    assert!(actions(&mut machine).contains(&AbortRemaining));
    assert_eq!(machine.outcome().aborted.open, 1);
    assert_eq!(machine.outcome().exit_code(machine.policy()), 0);
}

#[test]
fn presets_end_before_their_orchestrators_kill() {
    for (policy, kill) in [(Policy::docker(), 10_000), (Policy::kubernetes(), 30_000)] {
        assert!(policy.longest() < at(kill), "{policy:?}");
        assert_eq!(policy.check(), Ok(()));
    }
    assert!(Policy::default().lame_duck(at(8_000)).check().is_err());
}

/// On another thread a request may begin or end between the deadline and the abort. The abort cuts
/// the work that exists at its own time, and the rest has ended by itself.
#[test]
fn abort_cuts_the_work_in_flight_when_the_action_is_taken() {
    let inputs = [(0, Opened), (0, Opened), (0, RequestStarted), (0, TERM), (0, Sealed)];
    let mut machine = after(Policy::default(), &[], &inputs);
    actions(&mut machine);
    machine.handle(at(8_000), Tick);
    for late in [RequestEnded, Closed(ConnState::Open), RequestStarted] {
        machine.handle(at(8_000), late);
    }
    assert!(actions(&mut machine).contains(&AbortRemaining));
    machine.handle(at(8_000), RequestEnded);
    let outcome = machine.outcome();
    assert_eq!((outcome.aborted.requests, outcome.aborted.open, outcome.finished), (1, 1, 1));

    let mut machine = after(Policy::default(), &[], &inputs);
    actions(&mut machine);
    machine.handle(at(8_000), Tick);
    for late in [RequestEnded, Closed(ConnState::Open), Closed(ConnState::Open)] {
        machine.handle(at(8_000), late);
    }
    assert!(actions(&mut machine).ends_with(&[AbortRemaining, Finish]));
    assert!(machine.outcome().is_clean(), "everything had ended by then");
}
