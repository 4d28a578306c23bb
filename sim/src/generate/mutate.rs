use lastorders_model::plan::{Actor, Step, for_steps};

use super::case_bounds::is_client;
use super::script::Script;
use super::stream::Stream;
use super::times::{Times, tick};
use super::{ClientKind, Requests, case_bounds::CaseBounds, clients, derive_promise};
use crate::case::{BuggifySite, Case, Link};

/// Times that a mutation draws without an anchor lie at most this long after the seal.
const SCALE_US: u64 = 20_000;

/// A case that differs from this one in one detail: the time of a step, the kind of a client, a
/// latency, a time of the policy, the end of a stall, a rare path of the server, or the seed of
/// what the case leaves open. The promise, the budgets and the checks are derived again.
#[must_use]
pub fn mutate(case: Case, rng: &mut fastrand::Rng) -> Case {
    mutate_with(case, rng, &Requests::contract())
}

/// As [`mutate`]. A new client sends one of these requests.
pub(super) fn mutate_with(mut case: Case, rng: &mut fastrand::Rng, requests: &Requests) -> Case {
    let stream = &mut Stream::from(rng);
    let signal_us = CaseBounds::of(&case).signal_us.unwrap_or(0);
    let conditions = &case.conditions;
    let stalls = conditions.store.stalls.iter();
    let times = Times::of_a_drain(&conditions.policy, &conditions.store, signal_us, SCALE_US)
        .with_anchors([tick(signal_us + conditions.policy.deadline_us)])
        .with_anchors(stalls.map(|stall| tick(stall.until_us)));
    match stream.between(0, 10) {
        0..=3 => move_a_step(&mut case, &times, stream),
        4 | 5 => swap_a_client(&mut case, &times, requests, stream),
        6 => change_a_latency(&mut case, stream),
        7 => change_the_policy(&mut case, stream),
        8 => end_a_stall(&mut case, &times, stream),
        9 => toggle_a_rare_path(&mut case, stream),
        _ => case.tail_seed = stream.draw(),
    }
    derive_promise(&mut case);
    case
}

/// Turns one rare path of the server on or off.
fn toggle_a_rare_path(case: &mut Case, stream: &mut Stream) {
    let site = stream.pick(&BuggifySite::ALL);
    let sites = &mut case.conditions.buggify;
    if !sites.remove(&site) {
        sites.insert(site);
    }
}

fn move_a_step(case: &mut Case, times: &Times, stream: &mut Stream) {
    let network = &case.conditions.network;
    let mut waits: Vec<_> = Vec::new();
    for actor in &mut case.plan.actors {
        let link = network.links.get(&actor.name).copied().unwrap_or(network.link);
        for_steps!(&mut actor.role, steps => {
            waits.extend(steps.iter_mut().filter_map(at).map(|us| (us, link)));
        });
    }
    if waits.is_empty() {
        return;
    }
    let chosen = index(stream, waits.len());
    let (us, link) = &mut waits[chosen];
    **us = nudged(**us, times, *link, stream);
}

fn at<S>(step: &mut Step<S>) -> Option<&mut u64> {
    match step {
        Step::At { us } => Some(us),
        Step::Mark { .. } | Step::Await { .. } | Step::Repeat { .. } | Step::Own(_) => None,
    }
}

/// A time nearby, or a time drawn anew.
fn nudged(us: u64, times: &Times, link: Link, stream: &mut Stream) -> u64 {
    match stream.between(0, 3) {
        0 => us + 1,
        1 => us.saturating_sub(1),
        2 => us + stream.magnitude(1, 1_000),
        _ => times.draw_client(stream, link),
    }
}

fn swap_a_client(case: &mut Case, times: &Times, requests: &Requests, stream: &mut Stream) {
    let actors = &mut case.plan.actors;
    let places: Vec<_> = (0..actors.len()).filter(|at| is_client(&actors[*at])).collect();
    if places.is_empty() {
        return;
    }
    let at = places[index(stream, places.len())];
    let kind = stream.pick(&ClientKind::ALL);
    let name = kind.actor_name(at as u64 + 1);
    if actors.iter().any(|actor| actor.name == name) {
        return;
    }
    let network = &mut case.conditions.network;
    let old = actors[at].name.clone();
    let own = network.links.remove(&old);
    network.links.extend(own.map(|link| (name.clone(), link)));
    for event in network.events.iter_mut().filter(|event| event.actor == old) {
        event.actor.clone_from(&name);
    }
    let behind = case.conditions.balancer.iter_mut().flat_map(|balancer| &mut balancer.clients);
    behind.filter(|client| **client == old).for_each(|client| client.clone_from(&name));
    let link = own.unwrap_or(network.link);
    let stream = stream.fork();
    let script = Script { stream, times, requests, link, steps: Vec::new() };
    actors[at] = Actor { name, role: clients::write(kind, script) };
}

fn change_a_latency(case: &mut Case, stream: &mut Stream) {
    let network = &mut case.conditions.network;
    let way = stream.magnitude(1, 40_000);
    let to_server = stream.coin();
    let owned = network.links.len();
    let link = match index(stream, owned + 1) {
        0 => &mut network.link,
        n => network.links.values_mut().nth(n - 1).unwrap_or(&mut network.link),
    };
    if to_server {
        link.to_server_us = way;
    } else {
        link.to_client_us = way;
    }
}

fn change_the_policy(case: &mut Case, stream: &mut Stream) {
    let us = stream.magnitude(1, 1_000_000);
    let policy = &mut case.conditions.policy;
    match stream.between(0, 5) {
        0 => policy.lame_duck_us = us.min(policy.deadline_us.saturating_sub(1)),
        1 => policy.handshake_grace_us = us,
        2 => policy.idle_grace_us = us,
        3 => policy.first_byte_grace_us = us,
        4 => policy.refuse = !policy.refuse,
        _ => policy.deadline_us = policy.lame_duck_us + us,
    }
}

fn end_a_stall(case: &mut Case, times: &Times, stream: &mut Stream) {
    let link = case.conditions.network.link;
    let stalls = &mut case.conditions.store.stalls;
    let count = stalls.len();
    if count == 0 {
        return;
    }
    let stall = &mut stalls[index(stream, count)];
    stall.until_us = nudged(stall.until_us, times, link, stream).max(stall.from_us + 1);
}

fn index(stream: &mut Stream, of: usize) -> usize {
    usize::try_from(stream.between(0, of as u64 - 1)).expect("it is below a length")
}
