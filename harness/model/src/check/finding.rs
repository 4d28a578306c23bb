use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Level;
use crate::history::Answer;

/// One result of a check, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The id of the check.
    pub check: String,
    /// The kind of the finding.
    pub kind: Kind,
    /// The level of the finding, at most the level of the check in this plan.
    pub level: Level,
    /// The expected observation, in a few words.
    pub expected: String,
    /// The actual observation, in a few words.
    pub actual: String,
    /// The time, in microseconds since the world began to start the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_us: Option<u64>,
    /// The id of the request in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// For a [`Kind::Late`] finding: the longest delay of the world's timers, in microseconds, with
    /// which the finding still counts. `None`: a tenth of the contract's smallest budget.
    #[serde(skip)]
    pub bears_us: Option<u64>,
    /// For a [`Kind::Late`] finding: the start of the measured time, in microseconds since the
    /// world began to start the server. Only a later delay can explain the finding. `None`: a delay
    /// at any time can explain the finding.
    #[serde(skip)]
    pub since_us: Option<u64>,
}

/// The kind of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The invariant does not hold.
    Violation,
    /// A budget is exceeded. The finding counts only if the world's timers were on time.
    Late,
    /// The run proves nothing about the invariant.
    Inconclusive,
    /// A remark, which has no effect on the verdict.
    Note,
}

impl Finding {
    /// The invariant does not hold.
    #[must_use]
    pub fn violation(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self::new(Kind::Violation, expected, actual)
    }

    /// A budget is exceeded.
    #[must_use]
    pub fn late(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self::new(Kind::Late, expected, actual)
    }

    /// The run proves nothing about the invariant.
    #[must_use]
    pub fn inconclusive(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self::new(Kind::Inconclusive, expected, actual)
    }

    /// A remark, which has no effect on the verdict.
    #[must_use]
    pub fn note(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { level: Level::Info, ..Self::new(Kind::Note, expected, actual) }
    }

    fn new(kind: Kind, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self {
            check: String::new(),
            kind,
            level: Level::Must,
            expected: expected.into(),
            actual: actual.into(),
            at_us: None,
            request: None,
            bears_us: None,
            since_us: None,
        }
    }

    /// Sets the budget in milliseconds and the measured time in microseconds. A slow machine can
    /// explain a tenth of the budget, or a tenth of the excess if that is more.
    #[must_use]
    pub fn measured(mut self, budget_ms: u64, took_us: u64) -> Self {
        let budget_us = budget_ms * 1000;
        self.bears_us = Some(budget_us.max(took_us.saturating_sub(budget_us)) / 10);
        self
    }

    /// Sets the start of the measured time, in microseconds.
    #[must_use]
    pub fn since(mut self, since_us: u64) -> Self {
        self.since_us = Some(since_us);
        self
    }

    /// Sets the time, in microseconds.
    #[must_use]
    pub fn at(mut self, at_us: u64) -> Self {
        self.at_us = Some(at_us);
        self
    }

    /// Sets the request, by its id in the history.
    #[must_use]
    pub fn about(mut self, request: &str) -> Self {
        self.request = Some(request.to_owned());
        self
    }

    /// Limits the level. The plan can only lower the level further.
    #[must_use]
    pub fn at_most(mut self, level: Level) -> Self {
        self.level = level;
        self
    }
}

/// The finding of a check that must read a body, if the history keeps only the body's beginning.
pub(super) fn truncated(expected: &str, answer: &Answer) -> Finding {
    let actual = format!(
        "{} with a body that is too long to be kept whole; it begins with {}",
        answer.status,
        excerpt(&answer.body)
    );
    Finding::inconclusive(expected, actual)
}

/// The first 80 characters of a body, for people.
pub(super) fn excerpt(body: &str) -> String {
    const LONGEST: usize = 80;
    let mut text: String = body.chars().take(LONGEST).collect();
    if text.len() < body.len() {
        text.push('…');
    }
    if text.is_empty() { "an empty body".to_owned() } else { text }
}
