use lastorders_model::plan::{Fault, Gate, LetGo, OperatorStep, Role, Signal, Step, StoreStep};

use super::load::{Load, is_client, outstanding};
use super::times::TICK_US;
use crate::case::{Case, LinkChange, OutageKind, Sealing, Streamed};

/// Both ways of the slowest link, so many times, are between a server's last deed and its end.
const LAST_ROUND_TRIPS: u64 = 4;
/// Lame duck, seal, a grace, and one more for ties.
const TICKS_US: u64 = 4 * TICK_US;
/// A statement waits twice: for its row, and for its acknowledgement.
const TICKS_OF_A_STATEMENT_US: u64 = 2 * TICK_US;

/// What can be told of a case from its data alone.
#[derive(Debug, Default)]
pub(super) struct CaseBounds {
    /// When the first signal is sent, if one is.
    pub(super) signal_us: Option<u64>,
    /// The first signal comes before the server is ready.
    pub(super) in_startup: bool,
    /// When the first look is taken for a sign of the shutdown.
    pub(super) watched_us: Option<u64>,
    /// The latest time until which some fault lasts.
    pub(super) faults_end_us: u64,
    /// By then every client has what it asked for, if none is cut off.
    pub(super) quiet_us: u64,
    /// The latest time that a client waits for.
    pub(super) last_at_us: u64,
    /// How long the slowest request takes from its last byte to its answer.
    pub(super) answer_us: u64,
    /// For how long the slowest answer is streamed.
    streamed_us: u64,
    /// One way on the slowest link.
    pub(super) most_to_server_us: u64,
    most_to_client_us: u64,
    /// For how long an answer that has left the server may wait for its client, in all.
    pub(super) unread_us: u64,
    /// Packets are lost.
    pub(super) cut: bool,
    /// The store breaks.
    pub(super) broken: bool,
    /// The store answers nothing any more.
    pub(super) black_hole: bool,
    /// For how long the store answers nothing and holds who closes the pool, in all.
    pub(super) hole_us: u64,
    /// For how long gates are closed, in all.
    pub(super) gated_us: u64,
    /// A gate keeps rows out of the store.
    pub(super) keeps_rows_out: bool,
    /// A gate, or a server that stands still, lasts as long as somebody wants.
    pub(super) unbounded: bool,
    /// A second SIGINT may come.
    pub(super) forced: bool,
    /// No request that was sent by the time of the signal arrives later than this.
    pub(super) arrived_us: u64,
    /// How many connections there may be at a time.
    pub(super) connections: u64,
    /// What all clients are together.
    pub(super) load: Load,
}

impl CaseBounds {
    pub(super) fn of(case: &Case) -> Self {
        let mut bounds = Self::default();
        bounds.script(case);
        let signal_us = bounds.signal_us.unwrap_or(u64::MAX);
        bounds.in_startup = case.conditions.startup.is_some_and(|it| signal_us < it.lasts_us);
        let stalled_us = bounds.stalls(case);
        bounds.outages(case);
        let held_us = bounds.links(case);
        bounds.clients(case, stalled_us + held_us + bounds.gated_us + bounds.hole_us);
        bounds.unread_us = bounds.load.dawdles_us + held_us + bounds.round_trip_us();
        bounds
    }

    /// One way and the other on the slowest link.
    pub(super) fn round_trip_us(&self) -> u64 {
        self.most_to_server_us + self.most_to_client_us
    }

    /// Whether what the server says at its end reaches every client by then: no link is held any
    /// more.
    pub(super) fn is_heard_by(&self, us: u64) -> bool {
        self.arrived_us + self.round_trip_us() <= us
    }

    /// By then the server has nothing to wait for, if it has not been cut short.
    pub(super) fn idle_us(&self, case: &Case) -> u64 {
        let policy = &case.conditions.policy;
        let graces = policy.idle_grace_us.max(policy.first_byte_grace_us);
        let sealed = self.signal_us.unwrap_or(0) + policy.lame_duck_us + policy.handshake_grace_us;
        // Whose answer had begun before the signal has not been told to close, and gets its grace
        // when the answer is over.
        let late = if self.streamed_us > 0 { policy.idle_grace_us } else { 0 };
        let idle = (self.quiet_us + late).max(sealed + graces);
        idle + LAST_ROUND_TRIPS * self.round_trip_us() + TICKS_US
    }

    /// No client keeps the server from its end for ever, and nothing cuts it short but the
    /// deadline.
    pub(super) fn may_settle(&self) -> bool {
        let lost = self.cut || self.black_hole || self.unbounded || self.forced;
        self.signal_us.is_some() && !lost && !self.load.open_ended
    }

    /// Whether every packet and handshake that was under way at the signal is at the server before
    /// anything closes on it.
    pub(super) fn arrives_in_time(&self, case: &Case) -> bool {
        let policy = &case.conditions.policy;
        let late = self.arrived_us.saturating_sub(self.signal_us.unwrap_or(0));
        let graces = policy.idle_grace_us.min(policy.first_byte_grace_us);
        let handshakes = match policy.sealing {
            Sealing::SynFilter => policy.handshake_grace_us,
            Sealing::AcceptUntilEmpty => 0,
        };
        policy.lame_duck_us + graces.min(handshakes) > late
    }

    fn script(&mut self, case: &Case) {
        let mut interrupts = 0;
        for actor in &case.plan.actors {
            match &actor.role {
                Role::Operator { steps } => interrupts += self.operator(steps),
                Role::Store { steps } => self.store(steps),
                Role::Client { .. } | Role::Http2Client { .. } | Role::PooledClient { .. } => {}
            }
        }
        self.forced = interrupts > 1;
    }

    /// How many SIGINTs the operator sends.
    fn operator(&mut self, steps: &[Step<OperatorStep>]) -> u32 {
        let (mut at, mut interrupts) = (0, 0);
        for step in steps {
            match step {
                Step::At { us } => at = at.max(*us),
                Step::Await { .. } | Step::Own(OperatorStep::Freeze) => self.unbounded = true,
                Step::Own(OperatorStep::Signal { signal, .. }) => {
                    interrupts += u32::from(*signal == Signal::Int);
                    self.signal_us = Some(self.signal_us.map_or(at, |first| first.min(at)));
                }
                Step::Own(OperatorStep::AwaitDraining) => {
                    self.watched_us = Some(self.watched_us.map_or(at, |first| first.min(at)));
                }
                Step::Mark { .. }
                | Step::Repeat { .. }
                | Step::Own(OperatorStep::Thaw | OperatorStep::AwaitExit) => {}
            }
        }
        interrupts
    }

    fn store(&mut self, steps: &[Step<StoreStep>]) {
        let mut at = 0;
        let mut closed = None;
        for step in steps {
            match step {
                Step::At { us } => at = at.max(*us),
                Step::Await { .. } | Step::Own(StoreStep::AwaitHeld { .. }) => {
                    self.unbounded = true;
                }
                Step::Own(StoreStep::Hold { gate }) => {
                    closed.get_or_insert(at);
                    self.keeps_rows_out |= *gate == Gate::Row;
                }
                Step::Own(StoreStep::LetGo { what: LetGo::All }) => {
                    self.gated_us += at - closed.take().unwrap_or(at);
                    self.faults_end_us = self.faults_end_us.max(at);
                }
                Step::Own(StoreStep::Fault { fault }) => {
                    self.broken = true;
                    self.black_hole |= *fault == Fault::BlackHole;
                    self.faults_end_us = self.faults_end_us.max(at);
                }
                Step::Mark { .. }
                | Step::Repeat { .. }
                | Step::Own(StoreStep::LetGo { what: LetGo::One }) => {}
            }
        }
        self.unbounded |= closed.is_some();
    }

    /// For how long the store stands still, in all.
    fn stalls(&mut self, case: &Case) -> u64 {
        let stalls = &case.conditions.store.stalls;
        let ends = stalls.iter().map(|stall| stall.until_us);
        self.faults_end_us = ends.fold(self.faults_end_us, u64::max);
        stalls.iter().map(|stall| stall.until_us.saturating_sub(stall.from_us)).sum()
    }

    fn outages(&mut self, case: &Case) {
        for outage in &case.conditions.store.outages {
            self.faults_end_us = self.faults_end_us.max(outage.until_us);
            match outage.kind {
                OutageKind::Refuse => self.broken = true,
                OutageKind::BlackHole => {
                    self.hole_us += outage.until_us.saturating_sub(outage.from_us);
                }
            }
        }
    }

    /// For how long links are held, in all.
    fn links(&mut self, case: &Case) -> u64 {
        let network = &case.conditions.network;
        for link in network.links.values().chain([&network.link]) {
            self.most_to_server_us = self.most_to_server_us.max(link.to_server_us);
            self.most_to_client_us = self.most_to_client_us.max(link.to_client_us);
        }
        self.arrived_us = self.signal_us.unwrap_or(0);
        let mut held_us = 0;
        for event in &network.events {
            self.faults_end_us = self.faults_end_us.max(event.at_us);
            let heals = network.events.iter().filter(|other| {
                other.change == LinkChange::Heal
                    && other.actor == event.actor
                    && other.at_us >= event.at_us
            });
            match (event.change, heals.map(|heal| heal.at_us).min()) {
                (LinkChange::Hold, Some(healed)) => {
                    held_us += healed - event.at_us;
                    self.arrived_us = self.arrived_us.max(healed);
                }
                (LinkChange::Hold, None) | (LinkChange::Cut, _) => self.cut = true,
                (LinkChange::Heal, _) => {}
            }
        }
        self.arrived_us += self.most_to_server_us;
        held_us
    }

    /// `dead_us`: for how long the store and the links stand still, in all; whoever waits for them
    /// waits so much longer at most.
    fn clients(&mut self, case: &Case, dead_us: u64) {
        let store = &case.conditions.store;
        let statement_us = store.work_us + store.acknowledge_us + 2 * store.jitter_us;
        let stored_us = outstanding(case) * (statement_us + TICKS_OF_A_STATEMENT_US);
        self.streamed_us = streamed_us(case);
        let service_us = stored_us + self.streamed_us;
        let network = &case.conditions.network;
        for actor in case.plan.actors.iter().filter(|actor| is_client(actor)) {
            let link = network.links.get(&actor.name).copied().unwrap_or(network.link);
            let one = Load::of(actor, link, service_us);
            self.connections += u64::from(actor.role.workers());
            self.load.join(one);
        }
        self.quiet_us = self.load.over_us + dead_us;
        self.last_at_us = self.load.last_at_us;
        let trips = LAST_ROUND_TRIPS * self.round_trip_us();
        self.answer_us = self.load.dawdles_us + trips + service_us + dead_us + TICKS_US;
    }
}

/// For how long the slowest answer is streamed.
fn streamed_us(case: &Case) -> u64 {
    let requests = case.plan.requests().into_iter();
    let streamed = requests.filter_map(|(_, request)| Streamed::of(&request.path));
    streamed.map(|it| u64::from(it.parts) * (it.every_us + 2 * TICK_US)).max().unwrap_or(0)
}

impl Load {
    /// Whatever either does, at its worst.
    fn join(&mut self, other: Self) {
        self.over_us = self.over_us.max(other.over_us);
        self.last_at_us = self.last_at_us.max(other.last_at_us);
        self.dawdles_us = self.dawdles_us.max(other.dawdles_us);
        self.open_ended |= other.open_ended;
        self.abandons |= other.abandons;
        self.abandons_probes |= other.abandons_probes;
        self.half_closes |= other.half_closes;
        self.half_works |= other.half_works;
        self.probes |= other.probes;
        self.works |= other.works;
        self.foreign |= other.foreign;
        self.http2 |= other.http2;
    }
}
