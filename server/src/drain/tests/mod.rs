mod arbitrary;
mod exhaustive;
mod reachable;
mod releases;
mod table;

use std::time::Duration;

use super::{Action, Input, Machine, Policy};

/// Milliseconds since the origin.
fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Takes every pending action.
fn actions(machine: &mut Machine) -> Vec<Action> {
    std::iter::from_fn(|| machine.next_action()).collect()
}

/// A machine that has handled each input at its time, in milliseconds.
fn after(policy: Policy, resources: &[u64], inputs: &[(u64, Input)]) -> Machine {
    let resources = resources.iter().map(|ms| at(*ms)).collect();
    let mut machine = Machine::new(policy, resources);
    for (ms, input) in inputs {
        machine.handle(at(*ms), *input);
    }
    machine
}
