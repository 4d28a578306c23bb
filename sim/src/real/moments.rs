use std::collections::BTreeMap;

use lastorders_model::plan::{Plan, Step};

/// The shortest distance that a busy machine keeps, in microseconds.
pub(super) const LEAST_GAP_US: u64 = 50_000;
/// Time for the first use of the server, before the first moment of the case, in microseconds.
const WARM_UP_US: u64 = 250_000;
/// The longest distance, in microseconds, to keep runs short.
pub(super) const MOST_GAP_US: u64 = 500_000;

/// Maps times of the case to times of the real plan: in the same order, with larger distances.
#[derive(Debug)]
pub(super) struct Moments(BTreeMap<u64, u64>);

impl Moments {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut plan = plan.clone();
        let mut moments: BTreeMap<u64, u64> =
            plan.moments_mut().into_iter().map(|us| (*us, 0)).collect();
        let (mut before, mut real) = (0, WARM_UP_US);
        for (us, to) in &mut moments {
            real += (us - before).clamp(LEAST_GAP_US, MOST_GAP_US);
            (before, *to) = (*us, real);
        }
        Self(moments)
    }

    /// The real plan's time.
    pub(super) fn real(&self, us: u64) -> u64 {
        self.0.range(..=us).next_back().map_or(0, |(_, real)| *real)
    }

    /// Replaces the times of a script.
    pub(super) fn spread<S>(&self, steps: &mut [Step<S>]) {
        for step in steps {
            match step {
                Step::At { us } => *us = self.real(*us),
                Step::Repeat { steps, .. } => self.spread(steps),
                Step::Mark { .. } | Step::Await { .. } | Step::Own(_) => {}
            }
        }
    }
}
