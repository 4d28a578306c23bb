use std::collections::BTreeSet;

use lastorders_model::plan::{Actor, Contract, PLAN_VERSION, Plan};

use super::mutate::mutate_with;
use super::net::Latencies;
use super::promise::derive_promise;
use super::script::Script;
use super::signals::Signals;
use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use super::times::{Times, tick};
use super::{
    ClientKind, Family, Requests, balancer, case_bounds::CaseBounds, clients, policy, store,
};
use crate::case::{
    BuggifySite, CASE_VERSION, Case, Conditions, Link, Network, PolicySpec, StoreConditions, Yields,
};

/// Makes cases of one family: a pure function of the seed.
#[derive(Debug, Clone)]
pub struct Generator {
    family: Family,
    requests: Requests,
    without: Vec<ClientKind>,
    policy: Option<PolicySpec>,
    slowest_us: Option<u64>,
}

impl Generator {
    /// For the contract's own service.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self {
            family,
            requests: Requests::contract(),
            without: Vec::new(),
            policy: None,
            slowest_us: None,
        }
    }

    /// For a service with these requests.
    #[must_use]
    pub fn requests(self, requests: Requests) -> Self {
        Self { requests, ..self }
    }

    /// Leaves clients of this kind out. What is drawn for all others is what it was.
    #[must_use]
    pub fn without(mut self, kind: ClientKind) -> Self {
        self.without.push(kind);
        self
    }

    /// Under this policy, and no other; how the listener is closed is drawn all the same.
    #[must_use]
    pub fn policy(self, policy: PolicySpec) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// For a service that has no store of ours: it answers within so many microseconds, from the
    /// request or from the signal on.
    #[must_use]
    pub fn slowest_us(self, slowest_us: u64) -> Self {
        Self { slowest_us: Some(slowest_us), ..self }
    }

    /// The case of a seed.
    #[must_use]
    pub fn generate(&self, seed: u64) -> Case {
        let family = self.family;
        let stream = &mut Stream::new(seed, Concern::Plan, 0);
        let swarm = Swarm::draw(family, stream);
        let latencies = Latencies::draw(seed);
        let frame = policy::draw(family, &latencies, &swarm, stream);
        let signals = Signals::draw(seed, family, &swarm);
        let mut store = store::speed(seed);
        let cut_short = self.policy.is_none() && swarm.has(FaultKind::Deadline);
        let mut policy = self.policy_of(&frame.policy);
        if let Some(work_us) = self.slowest_us {
            store = StoreConditions { work_us, acknowledge_us: 0, ..StoreConditions::default() };
        }
        if cut_short {
            policy.deadline_us = policy.lame_duck_us + frame.tight_us;
        }
        let mut times = Times::of_a_drain(&policy, &store, signals.first_us, frame.scale_us);
        if family == Family::Queue {
            times.meet_handshakes();
        }
        let arrival = stream.between(0, times.horizon());
        times.anchor_request(arrival, &store);
        if cut_short {
            times.anchor([tick(signals.first_us + policy.deadline_us)]);
        }
        if self.slowest_us.is_none() {
            store.stalls = store::stalls(seed, &swarm, &times);
        }
        let gate = self.requests.is_contract().then(|| store::gate(seed, &swarm, &times)).flatten();
        times.anchor(store.stalls.iter().map(|stall| tick(stall.until_us)));
        times.anchor(gate.iter().filter_map(|control| control.opened_us));
        let mut network = latencies.network(&swarm);
        let places = how_many(stream);
        let actors = self.clients(seed, places, &swarm, &times, &latencies, &mut network);
        let behind = actors.iter().map(|(place, actor)| (*place, actor.name.as_str()));
        let balancer = balancer::draw(seed, family, &swarm, &policy, behind);
        // It asks for `/health`.
        let balancer = balancer.filter(|_| self.requests.has_health());
        let mut actors: Vec<_> = actors.into_iter().map(|(_, actor)| actor).collect();
        if self.slowest_us.is_none() {
            actors.extend(store::breaks(seed, &swarm, &times, &mut store.outages));
        }
        actors.extend(gate.map(|control| control.actor));
        let startup = signals.startup(seed, family).filter(|_| self.requests.is_contract());
        signals.actors(latencies.link, &times, &mut actors);
        let plan = Plan {
            version: PLAN_VERSION,
            scenario: family.scenario().to_owned(),
            seed,
            contract: Contract::default(),
            checks: Vec::new(),
            actors,
        };
        let service = self.service(seed, &swarm);
        let conditions = Conditions { policy, network, store, balancer, startup, ..service };
        let tail_seed = Stream::new(seed, Concern::Tail, 0).draw();
        let mut case = Case { version: CASE_VERSION, plan, conditions, tail_seed };
        if self.policy.is_none() && !cut_short {
            end_before_the_deadline(&mut case, frame.slack_us);
        }
        derive_promise(&mut case);
        case
    }

    /// What the service has, and where it and its surroundings take another turn.
    fn service(&self, seed: u64, swarm: &Swarm) -> Conditions {
        Conditions {
            yields: yields(seed, self.family, swarm),
            buggify: buggify(seed, swarm),
            no_health: !self.requests.has_health(),
            ..Conditions::default()
        }
    }

    /// Those who use the service, each at its place and with the link of its own that it may have.
    fn clients(
        &self,
        seed: u64,
        places: u64,
        swarm: &Swarm,
        times: &Times,
        latencies: &Latencies,
        network: &mut Network,
    ) -> Vec<(u64, Actor)> {
        let mut actors = Vec::with_capacity(8);
        for place in 1..=places {
            let link = latencies.own(place);
            let Some(actor) = self.client(seed, place, swarm, times, link, latencies.link) else {
                continue;
            };
            network.links.extend(link.map(|link| (actor.name.clone(), link)));
            let link = link.unwrap_or(latencies.link);
            latencies.events(place, &actor.name, link, swarm, times, &mut network.events);
            actors.push((place, actor));
        }
        actors
    }

    /// A case that differs from this one in something small ([`mutate`](super::mutate())).
    #[must_use]
    pub fn mutate(&self, case: Case, rng: &mut fastrand::Rng) -> Case {
        mutate_with(case, rng, &self.requests)
    }

    fn policy_of(&self, drawn: &PolicySpec) -> PolicySpec {
        match &self.policy {
            Some(policy) => PolicySpec { sealing: drawn.sealing, ..policy.clone() },
            None => drawn.clone(),
        }
    }

    fn client(
        &self,
        seed: u64,
        place: u64,
        swarm: &Swarm,
        times: &Times,
        own: Option<Link>,
        link: Link,
    ) -> Option<Actor> {
        let mut stream = Stream::new(seed, Concern::Client, place);
        let kind = swarm.kind(self.family, &mut stream);
        if self.without.contains(&kind) {
            return None;
        }
        let name = client_name(kind, place);
        let link = own.unwrap_or(link);
        let requests = &self.requests;
        let steps = Vec::with_capacity(12);
        let script = Script { stream, times, requests, link, steps };
        Some(Actor { name, role: clients::write(kind, script) })
    }
}

/// The case of a seed, with the contract's requests.
#[must_use]
pub fn generate(seed: u64, family: Family) -> Case {
    Generator::new(family).generate(seed)
}

/// The name of the client of one place.
pub(super) fn client_name(kind: ClientKind, place: u64) -> String {
    format!("{}-{place}", kind.name())
}

/// Mostly four clients; sometimes one to sixteen.
fn how_many(stream: &mut Stream) -> u64 {
    if stream.chance(3, 5) { 4 } else { stream.magnitude(1, 16) }
}

/// Sets a deadline that finds no work left, if the case has such a time.
fn end_before_the_deadline(case: &mut Case, slack_us: u64) {
    let bounds = CaseBounds::of(case);
    let idle_us = bounds.idle_us(case).saturating_sub(bounds.signal_us.unwrap_or(0));
    let needed_us = idle_us + 1 + slack_us;
    let policy = &mut case.conditions.policy;
    // What Docker and Kubernetes allow is left as it is where it suffices.
    let preset = policy.deadline_us >= 8_000_000 && policy.deadline_us > idle_us;
    if !preset || policy.lame_duck_us >= policy.deadline_us {
        policy.deadline_us = needed_us;
    }
}

fn yields(seed: u64, family: Family, swarm: &Swarm) -> Yields {
    if !swarm.has(FaultKind::Yields) {
        return Yields::default();
    }
    let stream = &mut Stream::new(seed, Concern::Yield, 0);
    // On two levels: a place is rare in one of four seeds, and then met one of four times.
    let mut level = || if stream.chance(1, 4) { 64 } else { stream.pick(&[0, 0, 4]) };
    let yields = Yields { io: level(), store: level(), tasks: level() };
    match family {
        // A queue that is always emptied at once is none.
        Family::Queue => Yields { tasks: 128, ..yields },
        _ => yields,
    }
}

/// The rare paths that are on: each with a probability of one in four.
fn buggify(seed: u64, swarm: &Swarm) -> BTreeSet<BuggifySite> {
    if !swarm.has(FaultKind::Buggify) {
        return BTreeSet::new();
    }
    let stream = &mut Stream::new(seed, Concern::Yield, 1);
    BuggifySite::ALL.into_iter().filter(|_| stream.chance(1, 4)).collect()
}
