use lastorders_model::plan::{Step, for_steps};

use super::smaller::times;
use crate::case::{Case, Conditions};

/// The size of a case. The first fields weigh most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Actors: clients (each worker of a pool counts), the operator, the store.
    pub actors: usize,
    /// Steps of all actors, including steps inside a `Repeat`.
    pub steps: usize,
    /// Events without an actor: changes of links, stalls, a balancer, yielding wrappers, rare paths
    /// of the server.
    pub faults: usize,
    /// Conditions other than the default.
    pub odd: usize,
    /// Digits of all times.
    pub digits: usize,
}

impl Size {
    /// The size of this case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let actors = case.plan.actors.iter();
        let workers = actors.map(|it| usize::try_from(it.role.workers()).unwrap_or(usize::MAX));
        let scripts = case.plan.actors.iter().map(|it| for_steps!(&it.role, it => steps(it)));
        let conditions = &case.conditions;
        let yields = conditions.yields;
        let faults = conditions.network.events.len()
            + conditions.store.stalls.len()
            + conditions.store.outages.len()
            + usize::from(conditions.startup.is_some())
            + usize::from(conditions.balancer.is_some())
            + conditions.buggify.len()
            + [yields.io, yields.store, yields.tasks].into_iter().filter(|it| *it > 0).count();
        Self {
            actors: workers.sum(),
            steps: scripts.sum(),
            faults,
            odd: odd(conditions),
            digits: times(&mut case.clone()).iter().map(|us| digits(**us)).sum(),
        }
    }
}

fn steps<S>(all: &[Step<S>]) -> usize {
    let inner = |step: &Step<S>| match step {
        Step::Repeat { steps: inner, .. } => steps(inner),
        Step::Mark { .. } | Step::Await { .. } | Step::At { .. } | Step::Own(_) => 0,
    };
    all.iter().map(|step| 1 + inner(step)).sum()
}

/// Number of conditions other than the default.
fn odd(conditions: &Conditions) -> usize {
    let plain = Conditions::default();
    let (ours, usual) = (&conditions.policy, &plain.policy);
    let policy = [
        ours.lame_duck_us != usual.lame_duck_us,
        ours.refuse != usual.refuse,
        ours.handshake_grace_us != usual.handshake_grace_us,
        ours.idle_grace_us != usual.idle_grace_us,
        ours.first_byte_grace_us != usual.first_byte_grace_us,
        ours.linger_us != usual.linger_us,
        ours.deadline_us != usual.deadline_us,
        ours.release_us != usual.release_us,
        ours.forced_exit_code != usual.forced_exit_code,
        ours.sealing != usual.sealing,
    ];
    let (ours, usual) = (&conditions.store, &plain.store);
    let store = [
        ours.work_us != usual.work_us,
        ours.acknowledge_us != usual.acknowledge_us,
        ours.jitter_us != usual.jitter_us,
        ours.pool != usual.pool,
        ours.close_us != usual.close_us,
    ];
    let (ours, usual) = (&conditions.network, &plain.network);
    let network =
        [ours.link != usual.link, ours.backlog != usual.backlog, ours.buffer != usual.buffer];
    let all = policy.into_iter().chain(store).chain(network);
    all.filter(|odd| *odd).count() + ours.links.len()
}

/// Digits before the trailing zeros: the digits that a reader has to read.
fn digits(mut us: u64) -> usize {
    if us == 0 {
        return 0;
    }
    while us.is_multiple_of(10) {
        us /= 10;
    }
    us.to_string().len()
}
