use lastorders_model::plan::{Actor, ClientStep, Closing, Intent, Part, Role, Step, Until};

use crate::case::{Case, Link};

/// No answer of the contract's service is longer than so many bytes.
const LONGEST_ANSWER: u64 = 600;
/// HTTP/2 greets before it asks, and says good-bye twice.
const HTTP2_ROUND_TRIPS: u64 = 4;
/// A script that goes on longer than this is not followed to its end.
const MOST_ROUNDS: u64 = 64;

/// What one client asks of the server, and how long at most it is about it if nothing but its own
/// script, its link and the store's work take time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// When its script is over at the latest. Microseconds since the server was ready.
    pub(super) over_us: u64,
    /// The latest time that it waits for.
    pub(super) last_at_us: u64,
    /// How long it keeps its own answers waiting, in all.
    pub(super) dawdles_us: u64,
    /// It waits for the server, and has given it no reason to end the connection by itself.
    pub(super) open_ended: bool,
    /// It leaves when it has begun to ask and has no answer.
    pub(super) abandons: bool,
    /// And it may have asked for `/health`.
    pub(super) abandons_probes: bool,
    /// It closes its side while an answer is due to it; servers may take that for leaving.
    pub(super) half_closes: bool,
    /// And what it asked for does something.
    pub(super) half_works: bool,
    /// It asks for `/health`.
    pub(super) probes: bool,
    /// It asks for something that does something.
    pub(super) works: bool,
    /// All that does something is the contract's `POST /work`.
    pub(super) foreign: bool,
    /// It speaks HTTP/2.
    pub(super) http2: bool,
}

/// How many requests may be with the store at the same time, at most.
pub(super) fn outstanding(case: &Case) -> u64 {
    case.plan.actors.iter().filter(|actor| is_client(actor)).map(at_once).sum()
}

pub(super) fn is_client(actor: &Actor) -> bool {
    match actor.role {
        Role::Client { .. } | Role::Http2Client { .. } | Role::PooledClient { .. } => true,
        Role::Operator { .. } | Role::Store { .. } => false,
    }
}

fn at_once(actor: &Actor) -> u64 {
    let sends = |step: &&Step<_>| matches!(step, Step::Own(ClientStep::Send { .. }));
    match &actor.role {
        Role::Http2Client { steps } => steps.iter().filter(sends).count() as u64,
        role => role.workers().into(),
    }
}

impl Load {
    /// Of one client, when each request is with the store for at most `service_us`.
    pub(super) fn of(actor: &Actor, link: Link, service_us: u64) -> Self {
        let http2 = actor.role.is_http2();
        let trips = if http2 { HTTP2_ROUND_TRIPS } else { 1 };
        let round_trip_us = trips * (link.to_server_us + link.to_client_us);
        let mut walk = Walk {
            load: Self { http2, ..Self::default() },
            round_trip_us,
            service_us,
            due: 0,
            working: false,
            begun: false,
            upgraded: false,
        };
        // Its workers may take each other's turns: nothing is known of when they are done.
        walk.load.open_ended = matches!(actor.role, Role::PooledClient { .. });
        walk.steps(actor.role.client_script().map_or(&[], Vec::as_slice));
        walk.leaves();
        walk.load
    }
}

/// A client's script, as far as it has been followed.
struct Walk {
    load: Load,
    round_trip_us: u64,
    service_us: u64,
    /// Answers that are due.
    due: u32,
    /// Since no answer was due, it has asked for something that does something.
    working: bool,
    /// A request has been begun and not finished.
    begun: bool,
    upgraded: bool,
}

impl Walk {
    fn steps(&mut self, steps: &[Step<ClientStep>]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step<ClientStep>) {
        match step {
            Step::At { us } => self.waits_until(*us),
            // Whoever sets the mark may take as long as the run.
            Step::Await { .. } => self.load.open_ended = true,
            Step::Repeat { until: Until::Times(rounds), steps } if *rounds <= MOST_ROUNDS => {
                (0..*rounds).for_each(|_| self.steps(steps));
            }
            Step::Repeat { steps, .. } => {
                self.load.open_ended = true;
                self.steps(steps);
            }
            Step::Mark { .. } => {}
            Step::Own(step) => self.own(step),
        }
    }

    fn own(&mut self, step: &ClientStep) {
        match step {
            ClientStep::Connect => {
                self.leaves();
                self.load.over_us += self.round_trip_us;
            }
            ClientStep::Send { request, part } => {
                self.sends(request.intent, &request.method, &request.path, *part);
            }
            ClientStep::Receive => self.receives(0),
            ClientStep::ReadSlowly { bytes, every_ms } => {
                let reads = LONGEST_ANSWER.div_ceil(u64::from(*bytes).max(1)) + 1;
                self.receives(reads * every_ms * 1000);
            }
            ClientStep::ExpectClose => {
                self.load.open_ended |= self.begun || self.upgraded;
                self.leaves();
            }
            ClientStep::Close { how: Closing::Half } => {
                self.load.half_closes |= self.due > 0;
                self.load.half_works |= self.working;
            }
            ClientStep::Close { how: Closing::Fin | Closing::Reset } => self.leaves(),
        }
    }

    fn waits_until(&mut self, us: u64) {
        if self.due > 0 {
            // It may have sent as early as the last time that it waited for.
            self.load.dawdles_us += us.saturating_sub(self.load.last_at_us);
        }
        self.load.last_at_us = self.load.last_at_us.max(us);
        self.load.over_us = self.load.over_us.max(us);
    }

    fn sends(&mut self, intent: Intent, method: &str, path: &str, part: Part) {
        self.begun = !part.is_last();
        if part.is_last() {
            self.due += 1;
        }
        self.upgraded |= intent == Intent::Upgrade;
        self.load.probes |= intent == Intent::Health;
        if intent == Intent::Work {
            self.load.works = true;
            self.working = true;
            let (path, _) = path.split_once('?').unwrap_or((path, ""));
            self.load.foreign |= method != "POST" || path != "/work";
        }
    }

    fn receives(&mut self, slowly_us: u64) {
        self.due = self.due.saturating_sub(1);
        self.working &= self.due > 0;
        self.load.dawdles_us += slowly_us;
        self.load.over_us += self.round_trip_us + self.service_us + slowly_us;
    }

    /// What is due is lost, and the connection holds nothing any more.
    fn leaves(&mut self) {
        let abandons = self.due > 0 || self.begun;
        self.load.abandons |= abandons;
        self.load.abandons_probes |= abandons && self.load.probes;
        (self.due, self.working, self.begun, self.upgraded) = (0, false, false, false);
    }
}
