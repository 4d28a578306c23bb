use lastorders_harness::plan::Step;

use crate::case::Case;

/// Every time of a case, in microseconds, always in the same order.
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
    for outage in &mut store.outages {
        times.extend([&mut outage.from_us, &mut outage.until_us]);
    }
    times.extend(conditions.startup.iter_mut().map(|startup| &mut startup.lasts_us));
    if let Some(balancer) = &mut conditions.balancer {
        times.extend([&mut balancer.every_us, &mut balancer.lag_us]);
    }
    let policy = &mut conditions.policy;
    times.extend([&mut policy.lame_duck_us, &mut policy.handshake_grace_us]);
    times.extend([&mut policy.idle_grace_us, &mut policy.first_byte_grace_us]);
    times.extend([&mut policy.linger_us, &mut policy.deadline_us, &mut policy.release_us]);
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
