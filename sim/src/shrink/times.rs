use crate::case::{Case, moments_mut};

/// Every time of a case, in microseconds, always in the same order.
pub(super) fn times(case: &mut Case) -> Vec<&mut u64> {
    let mut times = case.plan.moments_mut();
    let conditions = &mut case.conditions;
    times.extend(conditions.network.events.iter_mut().map(|event| &mut event.at_us));
    for link in conditions.network.links.values_mut().chain([&mut conditions.network.link]) {
        times.extend([&mut link.to_server_us, &mut link.to_client_us]);
    }
    let store = &mut conditions.store;
    times.extend([&mut store.work_us, &mut store.acknowledge_us, &mut store.jitter_us]);
    times.push(&mut store.close_us);
    times.extend(moments_mut(&mut store.stalls, &mut store.outages));
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
