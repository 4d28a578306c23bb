use lastorders_model::check::Level;
use lastorders_model::history::History;
use lastorders_model::plan::{
    Actor, CheckUse, ClientStep, Contract, OperatorStep, Plan, Signal, StoreStep, for_steps,
    own_steps,
};

use super::gate;
use super::held::Held;
use super::moments::{LEAST_GAP_US, MOST_GAP_US, Moments};
use crate::case::{Case, Startup, Streamed, time};
use crate::check::Signature;

/// Checks of durations, which fail if a gate holds requests for some time.
const BY_THE_CLOCK: [&str; 1] = ["answered-in-time"];

/// Failures of a pool that closes too early: a session in use stays in use, and a waiting statement
/// is refused.
const OF_A_CLOSED_POOL: [&str; 3] = ["release-last", "store-after-close", "pool-outlives-requests"];

/// Failures of answers that do not announce the close. A client that reuses the connection shows
/// them, even if the connection closes at once.
const OF_A_SILENT_CLOSE: [&str; 2] = ["last-answer", "announces-close"];

/// Checks that hold for a request that is proved to be in flight.
const OF_WORK_IN_FLIGHT: [&str; 4] =
    ["ledger", "pool-outlives-requests", "announces-close", "exit-status"];

/// A plan for the real world, and its differences from the case.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The plan for `lastorders run --plans`.
    pub plan: Plan,
    /// Changes to the plan, in sentences.
    pub changed: Vec<String>,
    /// Conditions that the real world lacks, in sentences.
    pub missing: Vec<String>,
    /// Number of requests that are proved to be in flight at the signal.
    pub held: usize,
}

/// Makes a real plan from a case and the history of its simulated run.
#[must_use]
pub fn export(case: &Case, history: &History, known_by: Option<&Signature>) -> Exported {
    let mut plan = case.plan.clone();
    let about = known_by.map_or("plan", |signature| signature.check.as_str());
    plan.scenario = format!("simulated/{about}-{}", case.plan.seed);
    let held = Held::of(history);
    let moments = Moments::of(&case.plan);
    let mut changed = Vec::new();
    if !held.requests.is_empty() {
        let fill = if OF_A_CLOSED_POOL.contains(&about) { case.conditions.store.pool } else { 0 };
        gate::hold(&mut plan, &held, &moments, fill);
        if OF_A_SILENT_CLOSE.contains(&about) {
            gate::go_on(&mut plan, &held);
            changed
                .push("clients with an answer ask for /health on the same connection".to_owned());
        }
        if fill > 0 {
            changed.push(format!(
                "{fill} more requests take the sessions of the pool, so that the requests in \
                 flight wait for one"
            ));
        }
        let who: Vec<_> =
            held.requests.iter().map(|(actor, number)| format!("{actor}#{number}")).collect();
        changed.push(format!(
            "proved to be in flight at the signal: {} wait at a gate in the store until the server \
             has seen the signal",
            who.join(", ")
        ));
    }
    if held.requests.is_empty() {
        gate::faults_first(&mut plan, history);
    }
    for actor in plan.actors.iter_mut().filter(|actor| actor.name != gate::NAME) {
        for_steps!(&mut actor.role, steps => moments.spread(steps));
    }
    gate::warm_up(&mut plan);
    changed.push(
        "one request comes before everything else, for servers that create their table then"
            .to_owned(),
    );
    changed.push(format!(
        "times keep their order; the distance of neighbours is between {} and {}",
        time(LEAST_GAP_US),
        time(MOST_GAP_US)
    ));
    let exit = plan.contract.exit;
    plan.contract = Contract { exit, ..Contract::default() };
    changed.push("budgets are the defaults for a real machine".to_owned());
    checks(case, &mut plan, &held, &mut changed);
    Exported { plan, changed, missing: missing(case), held: held.requests.len() }
}

/// The checks of the case without those of durations, plus checks for requests that are proved to
/// be in flight, if nothing but the server can lose these.
fn checks(case: &Case, plan: &mut Plan, held: &Held, changed: &mut Vec<String>) {
    plan.checks.retain(|used| !BY_THE_CLOCK.contains(&used.check.as_str()));
    if plan.checks.iter().all(|used| used.check != "preconditions") {
        plan.checks.push(must("preconditions"));
    }
    let int =
        |step: &&OperatorStep| matches!(step, OperatorStep::Signal { signal: Signal::Int, .. });
    let interrupts = plan.operator_steps().into_iter().filter(|step| int(step)).count();
    if held.requests.is_empty() || interrupts > 1 || may_be_lost(case, held) {
        return;
    }
    let mut added = Vec::new();
    for check in OF_WORK_IN_FLIGHT {
        if plan.checks.iter().all(|used| used.check != check) {
            plan.checks.push(must(check));
            added.push(check);
        }
    }
    if !added.is_empty() {
        changed.push(format!("judged also by {}", added.join(", ")));
    }
}

/// Whether a client leaves before the answer to its held request, or the store breaks.
fn may_be_lost(case: &Case, held: &Held) -> bool {
    let breaks = |step: &&StoreStep| matches!(step, StoreStep::Fault { .. });
    let broken = case.plan.store_steps().iter().any(breaks)
        || case.plan.operator_steps().contains(&&OperatorStep::Freeze);
    let leaves = |actor: &Actor| {
        let mut owed = 0_usize;
        own_steps(actor.role.client_script().map_or(&[], Vec::as_slice)).into_iter().any(|step| {
            match step {
                ClientStep::Send { part, .. } => owed += usize::from(part.is_last()),
                ClientStep::Receive | ClientStep::ReadSlowly { .. } => {
                    owed = owed.saturating_sub(1);
                }
                ClientStep::Close { .. } => return owed > 0,
                ClientStep::Connect | ClientStep::ExpectClose => {}
            }
            false
        }) || owed > 0
    };
    let holders = case
        .plan
        .actors
        .iter()
        .filter(|actor| held.requests.iter().any(|(name, _)| *name == actor.name));
    broken || holders.into_iter().any(leaves)
}

fn must(check: &str) -> CheckUse {
    CheckUse { check: check.to_owned(), level: Level::Must }
}

/// The conditions that only a simulated world has.
fn missing(case: &Case) -> Vec<String> {
    let conditions = &case.conditions;
    let mut missing = Vec::new();
    let mut add = |words: Vec<String>, why: &str| {
        missing.extend(words.into_iter().map(|word| format!("{word}: {why}")));
    };
    let startup = conditions.startup.iter().map(Startup::in_words).collect();
    add(startup, "a plan begins when the server is ready");
    let requests = case.plan.requests();
    if requests.iter().any(|(_, request)| Streamed::of(&request.path).is_some()) {
        add(vec!["answers in parts".to_owned()], "the service sends its answer at once");
    }
    add(conditions.network.in_words(), "the loopback interface has its own latency and buffers");
    add(conditions.store.in_words(), "Postgres has its own speed");
    add(conditions.yields.in_words(), "the machine's scheduler decides");
    let rare = conditions.buggify.iter().map(|site| format!("at times {site}")).collect();
    add(rare, "the real program takes this path when load or threads cause it");
    if conditions.balancer.is_some() {
        let clients = "the balancer's clients connect at all times".to_owned();
        add(vec![clients], "there is no balancer");
    }
    add(conditions.policy.in_words(), "the server has its own policy");
    add(vec![format!("the tail seed {}", case.tail_seed)], "no draw of the real run uses it");
    missing
}
