use lastorders_model::check::{Finding, Kind};

use crate::case::Case;
use crate::check::{Signature, judge};
use crate::sweep::Simulator;

/// What a failure is known by while its case is made smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The first failure.
    pub signature: Signature,
    /// Whether the plan's preconditions were reached: a request was in flight at the signal. A case
    /// that had one in flight must not become one of a race with the signal itself.
    pub reached: bool,
}

impl Likeness {
    /// What this case is known by, if it fails.
    #[must_use]
    pub fn of(simulator: &Simulator, case: &Case) -> Option<Self> {
        let judged = judge(case, &simulator.run(case));
        let missed = |finding: &Finding| {
            finding.check == "preconditions" && finding.kind == Kind::Inconclusive
        };
        let reached = !judged.findings.iter().any(missed);
        judged.signature.map(|signature| Self { signature, reached })
    }

    /// Whether another case fails in the same way. It may reach more than this one, and not less.
    #[must_use]
    pub fn holds(&self, simulator: &Simulator, case: &Case) -> bool {
        Self::of(simulator, case).is_some_and(|other| {
            other.signature == self.signature && (other.reached || !self.reached)
        })
    }
}
