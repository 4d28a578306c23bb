use std::collections::BTreeMap;

use super::{Actor, Plan, Role, Step, Until};

impl Plan {
    /// Every step with its actor, those inside `Repeat` too, in the order of the scripts.
    #[must_use]
    pub fn steps(&self) -> Vec<(&Actor, &Step)> {
        let mut all = Vec::new();
        for actor in &self.actors {
            gather(actor, &actor.steps, &mut all);
        }
        all
    }

    /// Whether any actor takes a step like this.
    #[must_use]
    pub fn any_step(&self, test: impl Fn(&Step) -> bool) -> bool {
        self.steps().into_iter().any(|(_, step)| test(step))
    }

    /// Whether the server is told to stop.
    #[must_use]
    pub fn signals(&self) -> bool {
        self.any_step(|step| matches!(step, Step::Signal { .. }))
    }

    /// Whether requests are held in the store.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.any_step(|step| matches!(step, Step::Hold { .. }))
    }

    /// How often each mark is set at most.
    #[must_use]
    pub fn marks(&self) -> BTreeMap<&str, u64> {
        let mut marks = BTreeMap::new();
        for actor in &self.actors {
            let workers = match actor.role {
                Role::PooledClient { workers } => workers.into(),
                Role::Client | Role::Http2Client | Role::Operator | Role::Store => 1,
            };
            count(&actor.steps, workers, &mut marks);
        }
        marks
    }

    /// Every moment that is waited for, in microseconds since the server was ready, in the order of
    /// the scripts: to be changed.
    #[must_use]
    pub fn moments_mut(&mut self) -> Vec<&mut u64> {
        let mut all = Vec::new();
        for actor in &mut self.actors {
            moments(&mut actor.steps, &mut all);
        }
        all
    }
}

fn count<'a>(steps: &'a [Step], times: u64, marks: &mut BTreeMap<&'a str, u64>) {
    for step in steps {
        match step {
            Step::Mark { label } => {
                let set = marks.entry(label).or_default();
                *set = set.saturating_add(times);
            }
            Step::Repeat { until, steps } => {
                let rounds = match until {
                    Until::Times(rounds) => *rounds,
                    Until::Mark(_) | Until::Gone => u64::MAX,
                };
                count(steps, times.saturating_mul(rounds), marks);
            }
            _ => {}
        }
    }
}

fn moments<'a>(steps: &'a mut [Step], all: &mut Vec<&'a mut u64>) {
    for step in steps {
        match step {
            Step::At { us } => all.push(us),
            Step::Repeat { steps, .. } => moments(steps, all),
            _ => {}
        }
    }
}

fn gather<'a>(actor: &'a Actor, steps: &'a [Step], all: &mut Vec<(&'a Actor, &'a Step)>) {
    for step in steps {
        all.push((actor, step));
        if let Step::Repeat { steps, .. } = step {
            gather(actor, steps, all);
        }
    }
}
