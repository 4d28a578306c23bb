use std::time::Duration;

use lastorders_model::plan::{CheckUse, Contract, Level};

use super::case_bounds::CaseBounds;
use super::times::TICK_US;
use crate::case::{BuggifySite, Case, Promise, Sealing};

/// The deadline, the abort, and what is released: each ends with a tick of the server's timers.
const LAST_TICKS_US: u64 = 3 * TICK_US;
/// The lame duck and the seal, likewise.
const SEALED_TICKS_US: u64 = 2 * TICK_US;
/// From the operator's probe that is too early to the answer of the next.
const NEXT_PROBE_US: u64 = 50_000;
/// What budgets have on top of bounds that are exact: they are whole milliseconds.
const MARGIN_MS: u64 = 2;
/// Longer after a server's end no client waits: the world has ended the run.
const AFTERWARDS_US: u64 = 3_000_000;
/// From a server's end on the world gives clients two seconds to see it. Who looks after his
/// connection within this time, has seen the end of it.
const SEEN_WITHIN_US: u64 = 1_500_000;

/// Derives from a case what must follow for a server that keeps its policy: its promise, the
/// budgets of its contract, and the checks that judge it. Whoever changes a case by hand calls this
/// afterwards, for checks are named only where they hold.
///
/// * `no-crash`, `no-residue`: always
/// * `exit-in-grace`: always; the grace is the policy's longest way
/// * `visible-in-time`: always; by the end of the seal the port is closed, and before that whoever
///   knocks in the lame duck is told
/// * `exit-status`: unless a second SIGINT, or a forced exit code with something to force
/// * `ids-distinct`: for the contract's requests, always
/// * `health-draining`, `health-monotonic`: where `/health` is asked, no packet is lost, and every
///   client reads in time; a probe that nobody hears is silence. `health-monotonic` also needs all
///   work to end before the deadline, or heads that are written whole: one written byte by byte can
///   be cut in the middle
/// * `health-ok`: so, and no client leaves before its answer, or half-closes, which hyper takes for
///   leaving
/// * `answered-in-time`: where no packet is lost, and every client reads in time
/// * `exit-prompt`: where all work ends by itself before the deadline; the budget is that bound
/// * `idle-closed`: so, each client looks after its connection before the run is over, and knows
///   when it was closed (HTTP/2 clients do not), and no link is held for longer than that
/// * `created`: where no client leaves before its answer, and the store does not break
/// * `no-late-success`: where a gate keeps rows out of the store
/// * `ledger`, `pool-outlives-requests`: where all work ends by itself before the deadline, no
///   packet is lost, every client reads in time, the store does not break, no client half-closes on
///   work, and the server lingers for a round trip: a reset would destroy answers
/// * `store-terminated`: so, and the pool closes in time
///
/// Where the server is not ready from the first, only `no-crash`, `no-residue`, `visible-in-time`
/// and `exit-in-grace`: a signal in its startup ends it at once.
///
/// Not named: `announces-close`, for an answer that was in the air at the signal need not announce
/// anything, and clients cannot tell when it was sent; `exit-soon`, which `exit-prompt` implies;
/// `bad-refused`.
pub fn derive_promise(case: &mut Case) {
    let derived = CaseBounds::of(case);
    let bounds = Bounds::of(case, &derived);
    case.plan.contract = bounds.contract(case, &derived);
    case.plan.checks = bounds.checks(case, &derived);
    case.conditions.promise = Some(Promise {
        faults_end_us: derived.faults_end_us,
        settled_us: bounds.settled_us,
        gone_us: bounds.gone_us,
        lossless: bounds.lossless,
    });
}

/// When what must have happened, in microseconds since the server was ready.
struct Bounds {
    settled_us: Option<u64>,
    gone_us: u64,
    /// The ledger can judge it.
    accountable: bool,
    /// The pool is closed in the time that it has.
    closes: bool,
    lossless: bool,
    /// No handshake is lost because the accept queue is full.
    queue: bool,
}

impl Bounds {
    fn of(case: &Case, derived: &CaseBounds) -> Self {
        let policy = &case.conditions.policy;
        let signal_us = derived.signal_us.unwrap_or(0);
        if derived.in_startup {
            let over_us = signal_us + LAST_TICKS_US;
            return Self {
                settled_us: Some(over_us),
                gone_us: over_us,
                accountable: false,
                closes: true,
                lossless: false,
                queue: false,
            };
        }
        let idle_us = derived.idle_us(case);
        // A statement that its client has given up holds its session for as long as the gate does.
        // hyper takes a client that half-closes for one that has left.
        let gives_up = derived.load.abandons || derived.load.half_works;
        let given_up_us = if gives_up { derived.gated_us } else { 0 };
        let store_us = case.conditions.store.close_us + derived.hole_us + given_up_us;
        let close_us = store_us + LAST_TICKS_US;
        let closes = close_us < policy.release_us && !derived.black_hole;
        let release_us = store_us.max(policy.linger_us);
        let settles = derived.may_settle() && idle_us < signal_us + policy.deadline_us;
        let settled_us =
            settles.then(|| idle_us + release_us.min(policy.release_us) + LAST_TICKS_US);
        let load = &derived.load;
        let lingers = policy.linger_us > derived.round_trip_us();
        let ours = load.works && !load.foreign;
        let stays = !derived.broken && !load.half_works;
        let heard = derived.unread_us <= SEEN_WITHIN_US;
        let accountable = settles && lingers && heard && ours && stays;
        let queue = u64::from(case.conditions.network.backlog) >= derived.connections + 4;
        let lossless = accountable && queue && derived.arrives_in_time(case);
        let longest_us = micros(policy.policy().longest());
        Self {
            settled_us,
            gone_us: signal_us + longest_us + LAST_TICKS_US,
            accountable,
            closes,
            lossless,
            queue,
        }
    }

    fn contract(&self, case: &Case, derived: &CaseBounds) -> Contract {
        let policy = &case.conditions.policy;
        let signal_us = derived.signal_us.unwrap_or(0);
        let visible_us = self.visible_us(case, derived);
        let answer_us = match self.settled_us {
            Some(_) if self.queue && policy.sealing != Sealing::SynFilter => derived.answer_us,
            // A connection that nobody hears, such as one whose SYN was filtered, is given up by
            // its client when the run is over, and not before.
            Some(_) | None => self.gone_us + derived.load.dawdles_us + AFTERWARDS_US,
        };
        let end_us = self.settled_us.unwrap_or(self.gone_us);
        Contract {
            visible_ms: ms(visible_us),
            prompt_ms: ms(end_us - signal_us),
            answer_ms: ms(answer_us),
            grace_ms: ms(self.gone_us - signal_us),
            ..Contract::default()
        }
    }

    /// From the signal to the first sign of the shutdown that a look cannot miss.
    fn visible_us(&self, case: &Case, derived: &CaseBounds) -> u64 {
        let policy = &case.conditions.policy;
        let handshakes_us = match policy.sealing {
            Sealing::SynFilter => policy.handshake_grace_us,
            Sealing::AcceptUntilEmpty => 0,
        };
        let sealed_us = policy.lame_duck_us + handshakes_us + SEALED_TICKS_US;
        // A probe that knocks in the lame duck is told, if it gets through, and need not wait for
        // the seal. One that comes later is not heard: its SYN is filtered.
        let knocks = derived.watched_us.is_some_and(|at| derived.signal_us == Some(at))
            && derived.most_to_server_us < policy.lame_duck_us
            && !case.conditions.no_health;
        let notified_us = 2 * derived.round_trip_us() + NEXT_PROBE_US;
        if knocks && self.queue { sealed_us.min(notified_us) } else { sealed_us }
    }

    fn checks(&self, case: &Case, derived: &CaseBounds) -> Vec<CheckUse> {
        let policy = &case.conditions.policy;
        let load = &derived.load;
        let settles = self.settled_us.is_some();
        let forced = policy.forced_exit_code != 0 && !(settles && self.closes);
        let calm = !derived.cut && derived.unread_us <= SEEN_WITHIN_US;
        let torn = case.conditions.buggify.contains(&BuggifySite::ShortWrite);
        let seen_us = derived.signal_us.unwrap_or(0) + policy.lame_duck_us + SEEN_WITHIN_US;
        let notified = self.settled_us.is_some_and(|end_us| derived.is_heard_by(end_us));
        let seen = derived.last_at_us <= seen_us && notified && !load.http2;
        let contract = load.works && !load.foreign;
        let created = contract && !derived.broken && !load.abandons && !load.half_works;
        let named = [
            ("preconditions", true),
            ("no-crash", true),
            ("no-residue", true),
            ("visible-in-time", true),
            ("exit-in-grace", true),
            ("exit-status", !derived.forced && !forced),
            ("exit-prompt", settles),
            ("idle-closed", settles && seen),
            ("answered-in-time", calm),
            ("health-ok", load.probes && calm && !load.half_closes && !load.abandons_probes),
            ("health-draining", load.probes && calm),
            ("health-monotonic", load.probes && calm && (settles || !torn)),
            ("ids-distinct", contract),
            ("created", created),
            ("no-late-success", contract && derived.keeps_rows_out),
            ("ledger", self.accountable),
            ("pool-outlives-requests", self.accountable),
            ("store-terminated", self.accountable && self.closes),
        ];
        // Nobody is served, or who comes before the server is ready is not.
        let early = ["preconditions", "no-crash", "no-residue", "visible-in-time", "exit-in-grace"];
        let startup = case.conditions.startup.is_some();
        let named = named.into_iter().filter(|(check, _)| !startup || early.contains(check));
        let must = |check: &str| CheckUse { check: check.to_owned(), level: Level::Must };
        named.filter(|(_, holds)| *holds).map(|(check, _)| must(check)).collect()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn ms(us: u64) -> u64 {
    us.div_ceil(1_000) + MARGIN_MS
}
