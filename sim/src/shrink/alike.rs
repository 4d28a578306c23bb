use lastorders_model::check::{Finding, Kind};

use crate::case::Case;
use crate::check::{Signature, judge};
use crate::sweep::Simulator;

/// How to recognise a failure while its case is made smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The first failure.
    pub signature: Signature,
    /// Whether the plan reached its preconditions: a request was in flight at the signal. Such a
    /// case must not become a race with the signal itself.
    pub reached: bool,
}

impl Likeness {
    /// The likeness of this case, if the case fails.
    #[must_use]
    pub fn of(simulator: &Simulator, case: &Case) -> Option<Self> {
        let judged = judge(case, &simulator.run(case));
        let missed = |finding: &Finding| {
            finding.check == "preconditions" && finding.kind == Kind::Inconclusive
        };
        let reached = !judged.findings.iter().any(missed);
        judged.signature.map(|signature| Self { signature, reached })
    }

    /// Whether another case fails in the same way. That case may reach more preconditions, but not
    /// fewer.
    #[must_use]
    pub fn holds(&self, simulator: &Simulator, case: &Case) -> bool {
        Self::of(simulator, case).is_some_and(|other| {
            other.signature == self.signature && (other.reached || !self.reached)
        })
    }
}
