use lastorders_harness::plan::Step;

use crate::case::{Case, Conditions};

/// How much there is to a case. Declared with what weighs most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Parties: clients, the operator, the store.
    pub actors: usize,
    /// Steps of all of them, those inside of a `Repeat` included.
    pub steps: usize,
    /// Things that happen by themselves: links, stalls, a balancer, wrappers that give way.
    pub faults: usize,
    /// Conditions that are not the plainest.
    pub odd: usize,
    /// Digits of all times.
    pub digits: usize,
}

impl Size {
    /// Of this case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let conditions = &case.conditions;
        let plain = Conditions::default();
        let yields = conditions.yields;
        let faults = conditions.network.events.len()
            + conditions.store.stalls.len()
            + usize::from(conditions.balancer.is_some())
            + [yields.io, yields.store, yields.tasks].into_iter().filter(|it| *it > 0).count();
        let odd = usize::from(conditions.policy != plain.policy)
            + usize::from(conditions.network.link != plain.network.link)
            + conditions.network.links.len()
            + usize::from(conditions.store != plain.store);
        Self {
            actors: case.plan.actors.len(),
            steps: case.plan.actors.iter().map(|actor| steps(&actor.steps)).sum(),
            faults,
            odd,
            digits: super::smaller::times(&mut case.clone()).iter().map(|us| digits(**us)).sum(),
        }
    }
}

fn steps(all: &[Step]) -> usize {
    let inner = |step: &Step| match step {
        Step::Repeat { steps: inner, .. } => steps(inner),
        _ => 0,
    };
    all.iter().map(|step| 1 + inner(step)).sum()
}

/// Digits up to the zeros at the end: what a reader has to read of a number.
fn digits(mut us: u64) -> usize {
    if us == 0 {
        return 0;
    }
    while us.is_multiple_of(10) {
        us /= 10;
    }
    us.to_string().len()
}
