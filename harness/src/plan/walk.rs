use super::{Actor, Plan, Step};

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
}

fn gather<'a>(actor: &'a Actor, steps: &'a [Step], all: &mut Vec<(&'a Actor, &'a Step)>) {
    for step in steps {
        all.push((actor, step));
        if let Step::Repeat { steps, .. } = step {
            gather(actor, steps, all);
        }
    }
}
