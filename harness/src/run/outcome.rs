use std::time::Duration;

use lastorders_model::check::{Finding, Verdict};
use lastorders_model::history::History;
use lastorders_model::plan::Plan;
use lastorders_model::scenario::Scenario;

/// The result of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The server's name in reports.
    pub subject: String,
    /// The command that started it, for people.
    pub command: String,
    /// The seed.
    pub seed: u64,
    /// Where Postgres came from, for people.
    pub postgres: String,
    /// The duration of the run, without a build.
    pub duration: Duration,
    /// Each scenario that was selected, in the catalogue's order.
    pub scenarios: Vec<ScenarioOutcome>,
    /// The number of the signal that interrupted the run, if one did.
    pub interrupted: Option<i32>,
}

/// The result of one scenario.
#[derive(Debug, Clone)]
pub struct ScenarioOutcome {
    /// The scenario.
    pub scenario: Scenario,
    /// The plan, drawn with this repetition's seed.
    pub plan: Plan,
    /// The observations; empty if the scenario never began.
    pub history: History,
    /// The verdict; `None` if the scenario was skipped because the run was interrupted.
    pub verdict: Option<Verdict>,
    /// The findings of the checks.
    pub findings: Vec<Finding>,
    /// The duration, including the start of the server.
    pub duration: Duration,
}

/// How many scenarios have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Scenarios in which every invariant held.
    pub passed: usize,
    /// Scenarios in which a *should* did not hold.
    pub warned: usize,
    /// Scenarios in which a *must* did not hold.
    pub failed: usize,
    /// Scenarios that proved nothing.
    pub inconclusive: usize,
    /// Scenarios that the interrupted run skipped.
    pub skipped: usize,
}

impl Outcome {
    /// How many scenarios have each verdict.
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
