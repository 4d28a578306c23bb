use std::time::Duration;

use lastorders_model::plan::{CheckUse, Contract, Level};

use super::case_bounds::CaseBounds;
use super::times::TICK_US;
use crate::case::{Case, Promise};

/// The ticks of the server's timers at the end of the deadline, the abort and the release.
const LAST_TICKS_US: u64 = 3 * TICK_US;
/// The ticks at the end of the lame duck and the seal.
const SEALED_TICKS_US: u64 = 2 * TICK_US;
/// The margin of every budget, because budgets are whole milliseconds.
const MARGIN_MS: u64 = 2;
/// The world ends the run two seconds after the server's end, and no client waits longer.
const AFTERWARDS_US: u64 = 3_000_000;
/// The time after the server's end in which a client still reads before the run ends.
const SEEN_WITHIN_US: u64 = 1_500_000;

/// Derives from a case the duties of a server that keeps its policy: the promise, the budgets of
/// the contract, and the checks that judge the run. Call this after every change of a case, because
/// a case names a check only if the check must hold.
///
/// The budgets bound liveness and are generous. Exact times are judged from what a run records, by
/// the checks in `check/invariant/`.
///
/// * `no-crash`, `no-residue`, `visible-in-time`, `exit-in-grace`: always
/// * `exit-prompt`: if the faults stop, no client holds the server, and the deadline is later
///   than the sum of all work
/// * `exit-status`: unless a second SIGINT comes, or the policy has an exit code for forced exits
///   and either the deadline or the store may force one
/// * `answered-in-time`, `health-draining`: if no packet is lost, and every client reads in time
/// * `health-monotonic`: likewise, if all work ends before the deadline, because the deadline may
///   cut a head that is written byte by byte
/// * `health-ok`: as `answered-in-time`, if no client leaves before its answer
/// * `ids-distinct`, `no-late-success`: if all work is the contract's `POST /work`
/// * `created`: likewise, if no client leaves before its answer and the store does not break
/// * `ledger`, `pool-outlives-requests`: if all work is the contract's and ends before the
///   deadline, every client reads in time, the store does not break, no client half-closes on work,
///   and the server lingers for a round trip, because a reset would destroy answers
///
/// Only the first line applies to a server with a startup, because a signal during the startup ends
/// the server at once.
///
/// No case names these checks: `exit-soon`, which `exit-prompt` implies; `idle-closed`, because
/// `idle-let-go` and `settles` judge the same facts of our server; `announces-close`, because a
/// client cannot tell when an answer was sent; `store-terminated`, because the store is simulated;
/// `bad-refused`. `answered-in-time` judges silence only, because its budget outlasts the run.
pub fn derive_promise(case: &mut Case) {
    let bounds = CaseBounds::of(case);
    let settled_us = settled_us(case, &bounds);
    case.plan.contract = contract(case, &bounds, settled_us);
    case.plan.checks = checks(case, &bounds, settled_us.is_some());
    case.conditions.promise = Some(Promise { settled_us });
}

fn settled_us(case: &Case, bounds: &CaseBounds) -> Option<u64> {
    let policy = &case.conditions.policy;
    let idle_us = bounds.idle_us(case);
    let deadline_us = bounds.signal_us? + policy.deadline_us;
    let settles = bounds.may_settle() && !bounds.in_startup && idle_us < deadline_us;
    settles.then_some(idle_us + policy.linger_us + policy.release_us + LAST_TICKS_US)
}

fn contract(case: &Case, bounds: &CaseBounds, settled_us: Option<u64>) -> Contract {
    let policy = &case.conditions.policy;
    let signal_us = bounds.signal_us.unwrap_or(0);
    let longest = if bounds.in_startup { Duration::ZERO } else { policy.policy().longest() };
    let grace_us = micros(longest) + LAST_TICKS_US;
    let gone_us = signal_us + grace_us;
    Contract {
        visible_ms: ms(policy.lame_duck_us + policy.handshake_grace_us + SEALED_TICKS_US),
        prompt_ms: ms(settled_us.unwrap_or(gone_us).min(gone_us) - signal_us),
        answer_ms: ms(gone_us + AFTERWARDS_US),
        grace_ms: ms(grace_us),
        ..Contract::default()
    }
}

fn checks(case: &Case, bounds: &CaseBounds, settles: bool) -> Vec<CheckUse> {
    let policy = &case.conditions.policy;
    // The server does not end earlier, unless a second SIGINT ends it.
    let lasts_us = if bounds.forced { 0 } else { policy.lame_duck_us.min(policy.deadline_us) };
    let ends_us = bounds.signal_us.unwrap_or(0) + lasts_us;
    let reads = bounds.listens_from_us() <= ends_us + SEEN_WITHIN_US;
    let calm = reads && !bounds.cut;
    let closes =
        !bounds.withholds && case.conditions.store.close_us + LAST_TICKS_US < policy.release_us;
    let forced = bounds.forced || policy.forced_exit_code != 0 && !(settles && closes);
    let contract = bounds.works && !bounds.foreign;
    let lingers = policy.linger_us > bounds.round_trip_us;
    let accountable =
        contract && settles && reads && lingers && !bounds.broken && !bounds.half_works;
    let named = [
        ("preconditions", true),
        ("no-crash", true),
        ("no-residue", true),
        ("visible-in-time", true),
        ("exit-in-grace", true),
        ("exit-status", !forced),
        ("exit-prompt", settles),
        ("answered-in-time", calm),
        ("health-ok", bounds.probes && calm && !bounds.abandons),
        ("health-draining", bounds.probes && calm),
        ("health-monotonic", bounds.probes && calm && settles),
        ("ids-distinct", contract),
        ("no-late-success", contract),
        ("created", contract && !bounds.broken && !bounds.abandons),
        ("ledger", accountable),
        ("pool-outlives-requests", accountable),
    ];
    let early = ["preconditions", "no-crash", "no-residue", "visible-in-time", "exit-in-grace"];
    let startup = case.conditions.startup.is_some();
    let named = named.into_iter().filter(|(check, _)| !startup || early.contains(check));
    let must = |check: &str| CheckUse { check: check.to_owned(), level: Level::Must };
    named.filter(|(_, holds)| *holds).map(|(check, _)| must(check)).collect()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn ms(us: u64) -> u64 {
    us.div_ceil(1_000) + MARGIN_MS
}
