//! Every sequence of a few inputs, with two connections at most.

use std::collections::HashSet;

use super::super::{Action, ConnState, Input, Machine, Phase, Policy, ReleaseOutcome, Signal};
use super::{actions, after, at};

const INPUTS: [Input; 8] = [
    Input::Signalled(Signal::Interrupt),
    Input::Opened,
    Input::RequestStarted,
    Input::RequestEnded,
    Input::Shut,
    Input::Closed(ConnState::Open),
    Input::Sealed,
    Input::Released(ReleaseOutcome::Done),
];
const DEPTH: usize = 6;

/// Visits every continuation. Time stands still, so only a signal can cut.
fn explore(machine: &Machine, done: &[Action], reached: &mut HashSet<Phase>, depth: usize) {
    reached.insert(machine.phase());
    if depth == 0 {
        return;
    }
    for input in INPUTS {
        let mut next = machine.clone();
        next.handle(at(0), input);
        let mut done = done.to_vec();
        for action in actions(&mut next) {
            assert!(!done.contains(&action), "{action:?} twice: {done:?}");
            done.push(action);
        }
        let cut = done.contains(&Action::AbortRemaining);
        assert!(!cut || next.outcome().forced, "cut without a second SIGINT: {done:?}");
        let released = done.iter().position(|it| *it == Action::Release(0));
        let sealed = done.iter().position(|it| *it == Action::Seal);
        assert!(released.is_none() || sealed < released || cut, "released before the seal");
        explore(&next, &done, reached, depth - 1);
    }
}

#[test]
fn every_sequence_of_six_inputs_is_sound() {
    let mut reached = HashSet::new();
    let start = after(Policy::default(), &[100], &[]);
    explore(&start, &[], &mut reached, DEPTH);
    // Every phase except the lame duck, which needs time to pass.
    let everywhere = Phase::ALL.into_iter().filter(|it| *it != Phase::LameDuck).collect();
    assert_eq!(reached, everywhere);
}
