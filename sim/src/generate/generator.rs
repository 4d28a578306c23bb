use std::collections::BTreeSet;

use lastorders_model::plan::{Actor, Contract, PLAN_VERSION, Plan};

use super::mutate::mutate_with;
use super::net::{self, Latencies};
use super::promise::derive_promise;
use super::script::Script;
use super::signals::Signals;
use super::store::StoreControl;
use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use super::times::{Times, tick};
use super::{ClientKind, Family, Requests, case_bounds::CaseBounds, clients, policy, store};
use crate::case::{
    Balancer, BuggifySite, CASE_VERSION, Case, Conditions, Link, Network, PolicySpec, Stall,
    StoreConditions, Yields,
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
    /// A generator for the contract's own service.
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

    /// Makes clients send these requests.
    #[must_use]
    pub fn requests(self, requests: Requests) -> Self {
        Self { requests, ..self }
    }

    /// Leaves out clients of this kind. The draws for all other clients stay the same.
    #[must_use]
    pub fn without(mut self, kind: ClientKind) -> Self {
        self.without.push(kind);
        self
    }

    /// Fixes the policy, except how the listener is closed, which is still drawn.
    #[must_use]
    pub fn policy(self, policy: PolicySpec) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// Replaces our store by a bound: the service answers within this many microseconds of the
    /// request or of the signal.
    #[must_use]
    pub fn slowest_us(self, slowest_us: u64) -> Self {
        Self { slowest_us: Some(slowest_us), ..self }
    }

    /// The case of a seed.
    #[must_use]
    pub fn generate(&self, seed: u64) -> Case {
        let stream = &mut Stream::new(seed, Concern::Plan, 0);
        let setup = self.setup(seed, stream);
        // Two layers of anchors, each complete before a time is drawn from it. Stalls and the gate
        // are drawn around the moments of the shutdown; all other times also around their ends.
        let shutdown = self.shutdown_times(&setup, stream);
        let (stalls, gate) = self.stalls_and_gate(&setup, &shutdown);
        let times = shutdown
            .with_anchors(stalls.iter().map(|stall| tick(stall.until_us)))
            .with_anchors(gate.iter().filter_map(|control| control.opened_us));
        let (clients, network) = self.clients(&setup, &times, how_many(stream));
        let balancer = self.balancer(&setup, &clients);
        let mut store = StoreConditions { stalls, ..setup.store.clone() };
        let mut actors: Vec<_> = clients.into_iter().map(|(_, actor)| actor).collect();
        if self.has_store() {
            actors.extend(store::breaks(seed, &setup.swarm, &times, &mut store.outages));
        }
        actors.extend(gate.map(|control| control.actor));
        let startup = setup.signals.startup(seed, self.family);
        let startup = startup.filter(|_| self.requests.is_contract());
        let conditions = Conditions {
            policy: setup.policy,
            network,
            store,
            balancer,
            startup,
            yields: yields(seed, self.family, &setup.swarm),
            buggify: buggify(seed, &setup.swarm),
            no_health: !self.requests.has_health(),
            ..Conditions::default()
        };
        setup.signals.actors(setup.latencies.link, &times, &mut actors);
        let mut case = self.case(seed, actors, conditions);
        if self.policy.is_none() && !setup.cut_short {
            end_before_the_deadline(&mut case, setup.slack_us);
        }
        derive_promise(&mut case);
        case
    }

    /// A case that differs from this one in one detail ([`mutate`](super::mutate())).
    #[must_use]
    pub fn mutate(&self, case: Case, rng: &mut fastrand::Rng) -> Case {
        mutate_with(case, rng, &self.requests)
    }

    fn setup(&self, seed: u64, stream: &mut Stream) -> Setup {
        let swarm = Swarm::draw(self.family, stream);
        let latencies = Latencies::draw(seed);
        let frame = policy::draw(self.family, &latencies, &swarm, stream);
        let cut_short = self.policy.is_none() && swarm.has(FaultKind::Deadline);
        let mut policy = match &self.policy {
            Some(policy) => PolicySpec { sealing: frame.policy.sealing, ..policy.clone() },
            None => frame.policy,
        };
        if cut_short {
            policy.deadline_us = policy.lame_duck_us + frame.tight_us;
        }
        let store = match self.slowest_us {
            Some(work_us) => {
                StoreConditions { work_us, acknowledge_us: 0, ..StoreConditions::default() }
            }
            None => store::speed(seed),
        };
        Setup {
            seed,
            signals: Signals::draw(seed, self.family, &swarm),
            swarm,
            latencies,
            policy,
            store,
            cut_short,
            scale_us: frame.scale_us,
            slack_us: frame.slack_us,
        }
    }

    /// Anchors at the moments of the shutdown, and at one request of any time.
    fn shutdown_times(&self, setup: &Setup, stream: &mut Stream) -> Times {
        let Setup { policy, store, signals, .. } = setup;
        let times = Times::of_a_drain(policy, store, signals.first_us, setup.scale_us);
        let arrival_us = stream.between(0, times.horizon_us());
        let deadline_us = tick(signals.first_us + policy.deadline_us);
        let times = times
            .with_request(arrival_us, store)
            .with_anchors(setup.cut_short.then_some(deadline_us));
        if self.family == Family::Queue { times.with_handshakes() } else { times }
    }

    /// The stalls of the store, and its gate: both make statements wait until a moment that is an
    /// anchor for everything else.
    fn stalls_and_gate(&self, setup: &Setup, times: &Times) -> (Vec<Stall>, Option<StoreControl>) {
        let Setup { seed, swarm, .. } = setup;
        let stalls = if self.has_store() { store::stalls(*seed, swarm, times) } else { Vec::new() };
        let gate =
            if self.requests.is_contract() { store::gate(*seed, swarm, times) } else { None };
        (stalls, gate)
    }

    /// Whether the service uses our store.
    fn has_store(&self) -> bool {
        self.slowest_us.is_none()
    }

    /// The clients, each with its place, and the network with their links.
    fn clients(&self, setup: &Setup, times: &Times, places: u64) -> (Vec<(u64, Actor)>, Network) {
        let Setup { swarm, latencies, .. } = setup;
        let mut network = latencies.network(swarm);
        let mut actors = Vec::with_capacity(8);
        for place in 1..=places {
            let own = latencies.own(place);
            let link = own.unwrap_or(latencies.link);
            let Some(actor) = self.client(setup, times, place, link) else { continue };
            network.links.extend(own.map(|link| (actor.name.clone(), link)));
            latencies.events(place, &actor.name, link, swarm, times, &mut network.events);
            actors.push((place, actor));
        }
        (actors, network)
    }

    /// The client of one place; `None` if clients of its kind are left out.
    fn client(&self, setup: &Setup, times: &Times, place: u64, link: Link) -> Option<Actor> {
        let mut stream = Stream::new(setup.seed, Concern::Client, place);
        let kind = setup.swarm.kind(self.family, &mut stream);
        if self.without.contains(&kind) {
            return None;
        }
        let name = kind.actor_name(place);
        let requests = &self.requests;
        let steps = Vec::with_capacity(12);
        let script = Script { stream, times, requests, link, steps };
        Some(Actor { name, role: clients::write(kind, script) })
    }

    /// The balancer, if the service answers `/health`, which a balancer asks for.
    fn balancer(&self, setup: &Setup, clients: &[(u64, Actor)]) -> Option<Balancer> {
        if !self.requests.has_health() {
            return None;
        }
        let clients = clients.iter().map(|(place, actor)| (*place, actor.name.as_str()));
        net::balancer(setup.seed, self.family, &setup.swarm, &setup.policy, clients)
    }

    /// The case of these actors and conditions, without checks, budgets and promise.
    fn case(&self, seed: u64, actors: Vec<Actor>, conditions: Conditions) -> Case {
        let plan = Plan {
            version: PLAN_VERSION,
            scenario: self.family.scenario().to_owned(),
            seed,
            contract: Contract::default(),
            checks: Vec::new(),
            actors,
        };
        let tail_seed = Stream::new(seed, Concern::Tail, 0).draw();
        Case { version: CASE_VERSION, plan, conditions, tail_seed }
    }
}

/// What a seed fixes before a time of a client or of a fault is drawn.
#[derive(Debug)]
struct Setup {
    seed: u64,
    swarm: Swarm,
    latencies: Latencies,
    signals: Signals,
    policy: PolicySpec,
    /// The store without its faults.
    store: StoreConditions,
    /// Whether the deadline may find work left.
    cut_short: bool,
    /// How long after the seal times without an anchor may be.
    scale_us: u64,
    /// From the end of all work to a deadline that finds none left.
    slack_us: u64,
}

/// The case of a seed, with the contract's requests.
#[must_use]
pub fn generate(seed: u64, family: Family) -> Case {
    Generator::new(family).generate(seed)
}

/// The number of clients: four in three cases of five, and up to sixteen in the others.
fn how_many(stream: &mut Stream) -> u64 {
    if stream.chance(3, 5) { 4 } else { stream.magnitude(1, 16) }
}

/// Sets a deadline that finds no work left, as far as the case's bounds tell.
fn end_before_the_deadline(case: &mut Case, slack_us: u64) {
    let bounds = CaseBounds::of(case);
    let idle_us = bounds.idle_us(case).saturating_sub(bounds.signal_us.unwrap_or(0));
    let needed_us = idle_us + 1 + slack_us;
    let policy = &mut case.conditions.policy;
    // The deadlines of Docker and Kubernetes stay where they suffice.
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
    // One place in four yields often, in 64 of 256 calls. The others yield rarely or never.
    let mut level = || if stream.chance(1, 4) { 64 } else { stream.pick(&[0, 0, 4]) };
    let yields = Yields { io: level(), store: level(), tasks: level() };
    // An accept queue that is emptied at once never fills.
    if family == Family::Queue { Yields { tasks: 128, ..yields } } else { yields }
}

/// The rare paths that are on, each with a probability of one in four.
fn buggify(seed: u64, swarm: &Swarm) -> BTreeSet<BuggifySite> {
    if !swarm.has(FaultKind::Buggify) {
        return BTreeSet::new();
    }
    let stream = &mut Stream::new(seed, Concern::Yield, 1);
    BuggifySite::ALL.into_iter().filter(|_| stream.chance(1, 4)).collect()
}
