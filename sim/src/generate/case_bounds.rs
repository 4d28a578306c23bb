use lastorders_model::actor::MOST_ROUNDS;
use lastorders_model::plan::{
    Actor, ClientStep, Closing, Fault, Intent, LetGo, OperatorStep, Part, PooledStep, Request,
    Role, Signal, Step, StoreStep, Until,
};

use super::times::TICK_US;
use crate::case::{Case, LinkChange, LinkEvent, OutageKind, Streamed};

/// The longest answer of the contract's service, in bytes.
const LONGEST_ANSWER: u64 = 600;
/// The most round trips of a client's step. HTTP/2 exchanges settings before a request, and closes
/// in two steps.
const ROUND_TRIPS_OF_A_STEP: u64 = 4;
/// The ticks of a statement, which waits for its row and for its acknowledgement.
const TICKS_OF_A_STATEMENT_US: u64 = 2 * TICK_US;
/// The ticks of the lame duck, the seal and two graces, and one more for ties.
const TICKS_US: u64 = 5 * TICK_US;

/// The facts of a case that decide the duties of its run.
///
/// The bound on the run is generous on purpose, as in TigerBeetle's simulator. A case is calm once
/// no fault is active and no script waits for a time. A calm run takes at most the sum of all its
/// times, as if nothing overlapped.
#[derive(Debug, Default)]
pub(super) struct CaseBounds {
    /// The time of the first signal, if the case has a signal.
    pub(super) signal_us: Option<u64>,
    /// The first signal comes before the server is ready.
    pub(super) in_startup: bool,
    /// The time when the case becomes calm.
    calm_us: u64,
    /// The time when the last client's pause and the last hold of a link end.
    present_us: u64,
    /// The sum of all times of a calm case.
    work_us: u64,
    /// The time of one request with the store in a calm case.
    statement_us: u64,
    /// The sum of the times of slow reads.
    slow_us: u64,
    /// The round trip on the slowest link.
    pub(super) round_trip_us: u64,
    /// A second SIGINT may come.
    pub(super) forced: bool,
    /// Packets are lost.
    pub(super) cut: bool,
    /// The store fails requests.
    pub(super) broken: bool,
    /// A gate, a fault or an outage keeps the store from closing in time.
    pub(super) withholds: bool,
    /// A fault or a client may hold the server until its deadline.
    endless: bool,
    /// A client leaves, or closes its side, with an answer due. hyper cannot distinguish the two.
    pub(super) abandons: bool,
    /// A client asks for work and closes its side with an answer due.
    pub(super) half_works: bool,
    /// A client asks for `/health`.
    pub(super) probes: bool,
    /// A client asks for work.
    pub(super) works: bool,
    /// A client asks for work with another request than the contract's `POST /work`.
    pub(super) foreign: bool,
}

impl CaseBounds {
    pub(super) fn of(case: &Case) -> Self {
        let mut bounds = Self::default();
        bounds.links(case);
        bounds.store(case);
        let (mut steps, mut interrupts) = (0, 0);
        for actor in &case.plan.actors {
            let script = bounds.read(&actor.role);
            bounds.script(actor, &script);
            steps = steps.max(script.steps);
            interrupts += script.interrupts;
        }
        bounds.forced = interrupts > 1;
        let trips = (steps + 1) * ROUND_TRIPS_OF_A_STEP;
        bounds.work_us += bounds.slow_us + trips * bounds.round_trip_us;
        let signal_us = bounds.signal_us.unwrap_or(u64::MAX);
        bounds.in_startup = case.conditions.startup.is_some_and(|it| signal_us < it.lasts_us);
        bounds
    }

    /// The time when the server has nothing left to wait for, if nothing holds the server forever.
    pub(super) fn idle_us(&self, case: &Case) -> u64 {
        let policy = &case.conditions.policy;
        let sealed_us =
            self.signal_us.unwrap_or(0) + policy.lame_duck_us + policy.handshake_grace_us;
        // A connection that is busy at the seal gets its grace after its answer.
        let graces_us = 2 * policy.idle_grace_us.max(policy.first_byte_grace_us);
        self.calm_us.max(sealed_us) + graces_us + self.work_us + TICKS_US
    }

    /// A signal comes, no second SIGINT comes, no packet is lost, and no client or fault holds the
    /// server forever.
    pub(super) fn may_settle(&self) -> bool {
        self.signal_us.is_some() && !self.cut && !self.forced && !self.endless
    }

    /// The time when every client has read the bytes that the server sent, and waits only for the
    /// server.
    pub(super) fn listens_from_us(&self) -> u64 {
        self.present_us + self.slow_us + self.round_trip_us
    }

    fn links(&mut self, case: &Case) {
        let network = &case.conditions.network;
        let links = network.links.values().chain([&network.link]);
        let trips = links.map(|link| link.to_server_us + link.to_client_us);
        self.round_trip_us = trips.max().unwrap_or(0);
        for event in &network.events {
            self.present_us = self.present_us.max(event.at_us);
            let heals = |other: &LinkEvent| {
                other.change == LinkChange::Heal
                    && other.actor == event.actor
                    && other.at_us >= event.at_us
            };
            self.cut |= match event.change {
                LinkChange::Cut => true,
                LinkChange::Hold => !network.events.iter().any(heals),
                LinkChange::Heal => false,
            };
        }
        self.calm_us = self.present_us;
    }

    fn store(&mut self, case: &Case) {
        let store = &case.conditions.store;
        let stalls = store.stalls.iter().map(|stall| stall.until_us);
        let outages = store.outages.iter().map(|outage| outage.until_us);
        self.calm_us = stalls.chain(outages).fold(self.calm_us, u64::max);
        self.broken = store.outages.iter().any(|outage| outage.kind == OutageKind::Refuse);
        self.withholds = !store.outages.is_empty();
        let statement_us = store.work_us + store.acknowledge_us + 2 * store.jitter_us;
        self.statement_us = statement_us + TICKS_OF_A_STATEMENT_US;
    }

    fn read(&mut self, role: &Role) -> Script {
        let mut script = Script::default();
        match role {
            Role::Client { steps } | Role::Http2Client { steps } => {
                self.steps(steps, 1, &mut script, Self::client);
            }
            Role::PooledClient { steps, .. } => self.steps(steps, 1, &mut script, Self::pooled),
            Role::Operator { steps } => self.steps(steps, 1, &mut script, Self::operator),
            Role::Store { steps } => self.steps(steps, 1, &mut script, Self::store_step),
        }
        script
    }

    /// Reads steps. The script takes each of them `times` times. `own` reads a step that only the
    /// role has.
    fn steps<S>(&mut self, steps: &[Step<S>], times: u64, script: &mut Script, own: Own<S>) {
        for step in steps {
            script.steps += times;
            match step {
                Step::Mark { .. } => {}
                Step::Await { .. } => self.endless = true,
                Step::At { us } => script.at_us = script.at_us.max(*us),
                Step::Repeat { until: Until::Times(rounds), steps } => {
                    let rounds = times.saturating_mul(*rounds).min(MOST_ROUNDS);
                    self.steps(steps, rounds, script, own);
                }
                Step::Repeat { until: Until::Mark(_) | Until::Gone, steps } => {
                    self.endless = true;
                    self.steps(steps, times, script, own);
                }
                Step::Own(step) => own(self, step, times, script),
            }
        }
    }

    fn client(&mut self, step: &ClientStep, times: u64, script: &mut Script) {
        match step {
            ClientStep::Send { request, part } => self.sends(request, *part, times, script),
            ClientStep::Receive => script.received += times,
            ClientStep::ReadSlowly { bytes, every_ms } => {
                let reads = LONGEST_ANSWER.div_ceil(u64::from(*bytes).max(1)) + 1;
                let read_us = reads.saturating_mul(*every_ms).saturating_mul(1_000);
                self.slow_us = self.slow_us.saturating_add(read_us.saturating_mul(times));
                script.received += times;
            }
            ClientStep::ExpectClose => script.waits = true,
            ClientStep::Close { how: Closing::Half } => script.half_closes = true,
            ClientStep::Connect | ClientStep::Close { how: Closing::Fin | Closing::Reset } => {}
        }
    }

    fn pooled(&mut self, step: &PooledStep, times: u64, script: &mut Script) {
        match step {
            PooledStep::Send { request } => self.sends(request, Part::Whole, times, script),
            PooledStep::Receive => script.received += times,
        }
    }

    fn operator(&mut self, step: &OperatorStep, _: u64, script: &mut Script) {
        match step {
            OperatorStep::Signal { signal, .. } => {
                script.interrupts += u32::from(*signal == Signal::Int);
                let at_us = script.at_us;
                self.signal_us = Some(self.signal_us.map_or(at_us, |first| first.min(at_us)));
            }
            OperatorStep::Freeze => self.endless = true,
            OperatorStep::AwaitDraining | OperatorStep::Thaw | OperatorStep::AwaitExit => {}
        }
    }

    fn store_step(&mut self, step: &StoreStep, _: u64, script: &mut Script) {
        match step {
            StoreStep::Hold { .. } => {
                script.gated = true;
                self.withholds = true;
            }
            StoreStep::LetGo { what: LetGo::All } => script.gated = false,
            StoreStep::Fault { fault } => {
                self.broken = true;
                self.withholds = true;
                self.endless |= *fault == Fault::BlackHole;
            }
            StoreStep::AwaitHeld { .. } => self.endless = true,
            StoreStep::LetGo { what: LetGo::One } => {}
        }
    }

    fn sends(&mut self, request: &Request, part: Part, times: u64, script: &mut Script) {
        script.begun += if matches!(part, Part::From(_)) { 0 } else { times };
        script.sent += if part.is_last() { times } else { 0 };
        script.upgrades |= request.intent == Intent::Upgrade;
        self.probes |= request.intent == Intent::Health;
        let streamed = Streamed::of(&request.path);
        let streamed = streamed.map(|it| u64::from(it.parts) * (it.every_us + 2 * TICK_US));
        self.work_us += times * (self.statement_us + streamed.unwrap_or(0));
        if request.intent == Intent::Work {
            script.works = true;
            let (path, _) = request.path.split_once('?').unwrap_or((&request.path, ""));
            self.foreign |= request.method != "POST" || path != "/work";
        }
    }

    /// Adds the conclusions from a whole script.
    fn script(&mut self, actor: &Actor, script: &Script) {
        self.calm_us = self.calm_us.max(script.at_us);
        self.endless |= script.gated;
        if !is_client(actor) {
            return;
        }
        self.present_us = self.present_us.max(script.at_us);
        let unfinished = script.begun != script.sent;
        self.endless |= script.waits && (unfinished || script.upgrades);
        // Workers may receive in any order, so a pooled client has no bound.
        self.endless |= matches!(actor.role, Role::PooledClient { .. });
        self.abandons |= unfinished || script.sent != script.received || script.half_closes;
        self.half_works |= script.half_closes && script.works;
        self.works |= script.works;
    }
}

/// Reads a step that only one role has.
type Own<S> = fn(&mut CaseBounds, &S, u64, &mut Script);

/// The sums over one actor's script.
#[derive(Debug, Default)]
struct Script {
    /// The latest time that the script waits for.
    at_us: u64,
    steps: u64,
    /// The number of requests whose first byte is sent.
    begun: u64,
    /// The number of requests whose last byte is sent.
    sent: u64,
    /// The number of answers that the script reads.
    received: u64,
    /// A request upgrades its connection.
    upgrades: bool,
    /// A request asks for work.
    works: bool,
    half_closes: bool,
    /// The script waits until the server closes.
    waits: bool,
    /// The script leaves a gate of the store closed.
    gated: bool,
    interrupts: u32,
}

pub(super) fn is_client(actor: &Actor) -> bool {
    match actor.role {
        Role::Client { .. } | Role::Http2Client { .. } | Role::PooledClient { .. } => true,
        Role::Operator { .. } | Role::Store { .. } => false,
    }
}
