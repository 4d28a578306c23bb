//! Every state that the machine can reach with at most one of each thing open.

use std::collections::HashSet;
use std::time::Duration;

use super::super::{
    ConnState, Input, LameDuckWork, Machine, Phase, Policy, ReleaseOutcome, Signal,
};
use super::{actions, at};

const INPUTS: [Input; 16] = [
    Input::Tick,
    Input::Signalled(Signal::Terminate),
    Input::Signalled(Signal::Interrupt),
    Input::Panicked,
    Input::Opened,
    Input::Upgraded,
    Input::Shut,
    Input::Closed(ConnState::Open),
    Input::Closed(ConnState::Upgraded),
    Input::Closed(ConnState::Lingering),
    Input::RequestStarted,
    Input::RequestEnded,
    Input::TaskStarted,
    Input::TaskEnded,
    Input::Sealed,
    Input::Released(ReleaseOutcome::Failed),
];

/// A machine, and the current time.
type State = (Machine, Duration);

/// Everything on which the state's future depends. Counters that only the report reads are left
/// out.
fn key((machine, now): &State) -> String {
    let outcome = machine.outcome();
    let past = (outcome.cause, outcome.forced, outcome.released.len());
    let timers = machine.timers.clone();
    format!("{:?} {:?} {past:?} {timers:?} {now:?}", machine.phase(), machine.counts())
}

/// The state after an input. Only a tick moves the time, to the moment at which the tick is due.
fn next((machine, now): &State, input: Input) -> Option<State> {
    let mut machine = machine.clone();
    let now = match input {
        Input::Tick => machine.deadline()?,
        Input::Signalled(_)
        | Input::Panicked
        | Input::Begin
        | Input::Opened
        | Input::Upgraded
        | Input::Shut
        | Input::Closed(_)
        | Input::RequestStarted
        | Input::RequestEnded
        | Input::TaskStarted
        | Input::TaskEnded
        | Input::Sealed
        | Input::Released(_) => *now,
    };
    machine.handle(now, input);
    actions(&mut machine);
    let counts = machine.counts();
    let all = [counts.open, counts.upgraded, counts.lingering, counts.requests, counts.tasks];
    all.into_iter().all(|count| count <= 1).then_some((machine, now))
}

/// Hands in a signal, then ticks alone. Returns the number of ticks and the time of the last one.
fn run_out((mut machine, mut now): State) -> (usize, Duration) {
    machine.handle(now, Input::Signalled(Signal::Terminate));
    let mut ticks = 0;
    while let Some(due) = machine.deadline() {
        assert!(due > now, "an expired timer is still set: {machine:?}");
        now = due;
        machine.handle(now, Input::Tick);
        ticks += 1;
    }
    assert_eq!(machine.phase(), Phase::Done, "no timer is set before the end: {machine:?}");
    (ticks, now)
}

/// Explores until no new state is found. Returns the number of states.
fn explore(policy: &Policy, resources: &[u64]) -> usize {
    let resources = resources.iter().map(|ms| at(*ms)).collect();
    let mut left = vec![(Machine::new(policy.clone(), resources), at(0))];
    let mut found: HashSet<String> = left.iter().map(key).collect();
    let mut reached = HashSet::new();
    while let Some(state) = left.pop() {
        let phase = state.0.phase();
        reached.insert(phase);
        // The signal comes at 0, because time stands still while serving.
        let (ticks, end) = run_out(state.clone());
        assert!(ticks <= 12 && end <= policy.longest(), "{ticks} ticks until {end:?}: {state:?}");
        for input in INPUTS {
            let Some(next) = next(&state, input) else { continue };
            assert!(phase <= next.0.phase(), "{input:?} leads to an earlier phase: {state:?}");
            let entered = &next.0.outcome().entered;
            assert!(
                entered.windows(2).all(|it| it[0].0 < it[1].0),
                "a phase was entered twice: {entered:?}"
            );
            if found.insert(key(&next)) {
                left.push(next);
            }
        }
    }
    let skipped = policy.lame_duck.is_zero().then_some(Phase::LameDuck);
    assert_eq!(reached.len() + usize::from(skipped.is_some()), Phase::ALL.len(), "{reached:?}");
    found.len()
}

#[test]
fn ticks_alone_lead_from_every_state_to_the_end_in_time() {
    let plain = Policy::default();
    let duck = plain.clone().lame_duck(at(1_000)).lame_duck_work(LameDuckWork::Refuse);
    // Graces beyond the deadline, and resources that exceed the time for all releases.
    let late = plain.clone().idle_grace(at(9_000)).first_byte_grace(at(20)).release(at(50));
    for (policy, resources) in [(plain, vec![100]), (duck, vec![]), (late, vec![40, 9_000])] {
        let states = explore(&policy, &resources);
        assert!(states > 1_000, "only {states} states were found");
    }
}
