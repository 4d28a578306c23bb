use lastorders_harness::plan::{Actor, Role, Step, Until};

use crate::case::{Case, Conditions, Yields};

/// The next smaller cases, the boldest first. Some make no sense: whoever takes them looks whether
/// their plan is valid.
pub(super) fn smaller(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut change = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        if smaller != *case {
            all.push(smaller);
        }
    };
    change(&|case| case.conditions = Conditions::default());
    for at in 0..case.plan.actors.len() {
        change(&|case| drop_actor(case, at));
    }
    change(&|case| case.conditions.balancer = None);
    change(&|case| case.conditions.network.events.clear());
    for at in 0..case.conditions.network.events.len() {
        change(&|case| drop(case.conditions.network.events.remove(at)));
    }
    change(&|case| case.conditions.store.stalls.clear());
    change(&|case| case.conditions.yields = Yields::default());
    change(&|case| case.conditions.network = Conditions::default().network);
    change(&|case| case.conditions.network.links.clear());
    change(&|case| case.conditions.network.link = Conditions::default().network.link);
    change(&|case| case.conditions.store = Conditions::default().store);
    change(&|case| case.conditions.policy = Conditions::default().policy);
    for (at, actor) in case.plan.actors.iter().enumerate() {
        // Halves, then quarters, down to single steps.
        let mut length = actor.steps.len() / 2;
        while length > 0 {
            for from in (0..actor.steps.len()).step_by(length).rev() {
                change(&|case| drop_steps(&mut case.plan.actors[at], from, length));
            }
            length /= 2;
        }
    }
    change(&|case| case.plan.actors.iter_mut().for_each(|actor| unroll(&mut actor.steps)));
    policies(&mut change);
    let places = times(&mut case.clone()).len();
    for at in 0..places {
        for unit in [1_000_000, 100_000, 10_000, 1_000, 100, 10] {
            change(&|case| {
                let mut times = times(case);
                *times[at] -= *times[at] % unit;
            });
        }
    }
    change(&|case| case.tail_seed = 0);
    all
}

fn drop_actor(case: &mut Case, at: usize) {
    let Actor { name, .. } = case.plan.actors.remove(at);
    let conditions = &mut case.conditions;
    conditions.network.links.remove(&name);
    conditions.network.events.retain(|event| event.actor != name);
    if let Some(balancer) = &mut conditions.balancer {
        balancer.clients.retain(|client| *client != name);
        if balancer.clients.is_empty() {
            conditions.balancer = None;
        }
    }
}

fn drop_steps(actor: &mut Actor, from: usize, length: usize) {
    let to = (from + length).min(actor.steps.len());
    // A shutdown is what all of this is about.
    let keep = actor.role == Role::Operator
        && actor.steps[from..to].iter().any(|step| matches!(step, Step::AwaitExit));
    if !keep {
        actor.steps.drain(from..to);
    }
}

/// Does once what is repeated.
fn unroll(steps: &mut [Step]) {
    for step in steps {
        if let Step::Repeat { until, .. } = step {
            *until = Until::Times(1);
        }
    }
}

/// Each field of the policy, back to the plainest.
fn policies(change: &mut impl FnMut(&dyn Fn(&mut Case))) {
    let plain = Conditions::default().policy;
    change(&|case| case.conditions.policy.lame_duck_us = plain.lame_duck_us);
    change(&|case| case.conditions.policy.refuse = plain.refuse);
    change(&|case| case.conditions.policy.handshake_grace_us = plain.handshake_grace_us);
    change(&|case| case.conditions.policy.idle_grace_us = plain.idle_grace_us);
    change(&|case| case.conditions.policy.first_byte_grace_us = plain.first_byte_grace_us);
    change(&|case| case.conditions.policy.linger_us = plain.linger_us);
    change(&|case| case.conditions.policy.deadline_us = plain.deadline_us);
    change(&|case| case.conditions.policy.release_us = plain.release_us);
    change(&|case| case.conditions.policy.sealing = plain.sealing);
}

/// Every time of a case that may be rounded.
pub(super) fn times(case: &mut Case) -> Vec<&mut u64> {
    let mut times = Vec::new();
    for actor in &mut case.plan.actors {
        of_steps(&mut actor.steps, &mut times);
    }
    let conditions = &mut case.conditions;
    times.extend(conditions.network.events.iter_mut().map(|event| &mut event.at_us));
    for link in conditions.network.links.values_mut().chain([&mut conditions.network.link]) {
        times.extend([&mut link.to_server_us, &mut link.to_client_us]);
    }
    let store = &mut conditions.store;
    times.extend([&mut store.work_us, &mut store.acknowledge_us, &mut store.jitter_us]);
    times.push(&mut store.close_us);
    for stall in &mut store.stalls {
        times.extend([&mut stall.from_us, &mut stall.until_us]);
    }
    if let Some(balancer) = &mut conditions.balancer {
        times.extend([&mut balancer.every_us, &mut balancer.lag_us]);
    }
    times
}

fn of_steps<'a>(steps: &'a mut [Step], times: &mut Vec<&'a mut u64>) {
    for step in steps {
        match step {
            Step::At { us } => times.push(us),
            Step::Repeat { steps, .. } => of_steps(steps, times),
            _ => {}
        }
    }
}
