use lastorders_model::plan::Role;

use super::steps::{self, Change};
use crate::case::{Case, Conditions, PolicySpec, StoreConditions, Yields, moments_mut};

/// All reductions of a case, the boldest first: all conditions at once, then actors, then events of
/// conditions, then steps, and numbers last. Some reductions give invalid plans, so the caller
/// checks that the plan is valid and the case smaller.
pub(super) fn smaller(case: &Case) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::with_capacity(256);
    let mut change = |change: Change| all.push(change);
    change(Box::new(|case| case.conditions = plain_as(case)));
    // From the back, so that earlier indexes stay valid.
    for at in (0..case.plan.actors.len()).rev() {
        change(Box::new(move |case| drop(case.plan.actors.remove(at))));
    }
    conditions(case, &mut change);
    for (at, actor) in case.plan.actors.iter().enumerate() {
        steps::smaller(actor, at, &mut change);
        if let Role::PooledClient { workers, .. } = actor.role {
            for fewer in [1, workers / 2, workers.saturating_sub(1)] {
                change(Box::new(move |case| {
                    if let Role::PooledClient { workers, .. } = &mut case.plan.actors[at].role {
                        *workers = fewer.max(1);
                    }
                }));
            }
        }
    }
    policies(&mut change);
    stores(&mut change);
    let places = times(&mut case.clone()).len();
    for at in 0..places {
        for unit in [1_000_000, 100_000, 10_000, 1_000, 100, 10] {
            change(Box::new(move |case| {
                // A wait may become zero. A deadline or a latency of zero would be another
                // situation.
                if let Some(time) = times(case).get_mut(at)
                    && **time > unit
                {
                    **time -= **time % unit;
                }
            }));
        }
    }
    change(Box::new(|case| case.tail_seed = 0));
    all
}

/// The default conditions for the same service, with a promise if the case has one.
fn plain_as(case: &Case) -> Conditions {
    let Conditions { promise, no_health, .. } = case.conditions.clone();
    Conditions { promise, no_health, ..Conditions::default() }
}

fn conditions(case: &Case, change: &mut impl FnMut(Change)) {
    change(Box::new(|case| case.conditions.balancer = None));
    change(Box::new(|case| case.conditions.startup = None));
    change(Box::new(|case| case.conditions.network.events.clear()));
    for at in (0..case.conditions.network.events.len()).rev() {
        change(Box::new(move |case| drop(case.conditions.network.events.remove(at))));
    }
    change(Box::new(|case| case.conditions.store.stalls.clear()));
    for at in (0..case.conditions.store.stalls.len()).rev() {
        change(Box::new(move |case| _ = case.conditions.store.stalls.remove(at)));
    }
    for at in (0..case.conditions.store.outages.len()).rev() {
        change(Box::new(move |case| _ = case.conditions.store.outages.remove(at)));
    }
    change(Box::new(|case| case.conditions.yields = Yields::default()));
    change(Box::new(|case| case.conditions.yields.io = 0));
    change(Box::new(|case| case.conditions.yields.store = 0));
    change(Box::new(|case| case.conditions.yields.tasks = 0));
    change(Box::new(|case| case.conditions.buggify.clear()));
    for site in case.conditions.buggify.clone() {
        change(Box::new(move |case| _ = case.conditions.buggify.remove(&site)));
    }
    change(Box::new(|case| case.conditions.network = Conditions::default().network));
    change(Box::new(|case| case.conditions.network.links.clear()));
    let names: Vec<String> = case.conditions.network.links.keys().cloned().collect();
    for name in names {
        change(Box::new(move |case| _ = case.conditions.network.links.remove(&name)));
    }
    change(Box::new(|case| case.conditions.network.link = Conditions::default().network.link));
    change(Box::new(|case| {
        case.conditions.network.backlog = Conditions::default().network.backlog;
    }));
    change(Box::new(|case| {
        case.conditions.network.buffer = Conditions::default().network.buffer;
    }));
    change(Box::new(|case| case.conditions.store = Conditions::default().store));
    change(Box::new(|case| case.conditions.policy = Conditions::default().policy));
}

/// Resets each field of the policy to its default.
fn policies(change: &mut impl FnMut(Change)) {
    let plain = PolicySpec::default;
    change(Box::new(move |case| case.conditions.policy.lame_duck_us = plain().lame_duck_us));
    change(Box::new(move |case| case.conditions.policy.refuse = plain().refuse));
    change(Box::new(move |case| {
        case.conditions.policy.handshake_grace_us = plain().handshake_grace_us;
    }));
    change(Box::new(move |case| case.conditions.policy.idle_grace_us = plain().idle_grace_us));
    change(Box::new(move |case| {
        case.conditions.policy.first_byte_grace_us = plain().first_byte_grace_us;
    }));
    change(Box::new(move |case| case.conditions.policy.linger_us = plain().linger_us));
    change(Box::new(move |case| case.conditions.policy.deadline_us = plain().deadline_us));
    change(Box::new(move |case| case.conditions.policy.release_us = plain().release_us));
    change(Box::new(move |case| {
        case.conditions.policy.forced_exit_code = plain().forced_exit_code;
    }));
    change(Box::new(move |case| case.conditions.policy.sealing = plain().sealing));
}

/// Resets each number of the store to its default.
fn stores(change: &mut impl FnMut(Change)) {
    let plain = StoreConditions::default;
    change(Box::new(move |case| case.conditions.store.work_us = plain().work_us));
    change(Box::new(move |case| case.conditions.store.acknowledge_us = plain().acknowledge_us));
    change(Box::new(move |case| case.conditions.store.jitter_us = plain().jitter_us));
    change(Box::new(move |case| case.conditions.store.pool = plain().pool));
    change(Box::new(move |case| case.conditions.store.close_us = plain().close_us));
}

/// All times of a case in microseconds, always in the same order.
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
