use std::time::Duration;

use lastorders_model::check::{Finding, Verdict};
use lastorders_model::history::History;
use lastorders_model::plan::Plan;
use lastorders_model::scenario::Scenario;

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How reports call the server.
    pub subject: String,
    /// The command that started it, for people.
    pub command: String,
    /// The seed.
    pub seed: u64,
    /// Where Postgres came from, for people.
    pub postgres: String,
    /// How long it all took, without a build.
    pub duration: Duration,
    /// Each scenario that was selected, in the catalogue's order.
    pub scenarios: Vec<ScenarioOutcome>,
    /// Why it ended before every scenario was carried out, if it did: the number of the signal.
    pub interrupted: Option<i32>,
}

/// What came of one scenario.
#[derive(Debug, Clone)]
pub struct ScenarioOutcome {
    /// Which.
    pub scenario: Scenario,
    /// What was done.
    pub plan: Plan,
    /// What was observed; empty if it was skipped.
    pub history: History,
    /// What the findings amount to; `None` if it was skipped (the run was interrupted).
    pub verdict: Option<Verdict>,
    /// What the checks found.
    pub findings: Vec<Finding>,
    /// How long it took, with the start of the server.
    pub duration: Duration,
}

/// How many scenarios came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Every invariant held.
    pub passed: usize,
    /// A *should* did not hold.
    pub warned: usize,
    /// A *must* did not hold.
    pub failed: usize,
    /// Nothing was proved.
    pub inconclusive: usize,
    /// Not carried out.
    pub skipped: usize,
}

impl Outcome {
    /// How many scenarios came out how.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for scenario in &self.scenarios {
            let counter = match scenario.verdict {
                None => &mut summary.skipped,
                Some(Verdict::Pass) => &mut summary.passed,
                Some(Verdict::Warn) => &mut summary.warned,
                Some(Verdict::Inconclusive) => &mut summary.inconclusive,
                Some(Verdict::Fail) => &mut summary.failed,
            };
            *counter += 1;
        }
        summary
    }
}
