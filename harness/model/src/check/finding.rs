use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Level;
use crate::history::Answer;

/// What a check found, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The check that found it.
    pub check: String,
    /// What kind of finding it is.
    pub kind: Kind,
    /// How much it counts; a finding may count less than its check does in this plan, never more.
    pub level: Level,
    /// What should have been seen, in a few words.
    pub expected: String,
    /// What was seen, in a few words.
    pub actual: String,
    /// When: microseconds since the world began to start the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_us: Option<u64>,
    /// Which request it is about, as it stands in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// For one by the clock: the longest delay of a timer, in microseconds, with which it can
    /// still be believed. `None` is the strictest: a tenth of the contract's smallest budget.
    #[serde(skip)]
    pub bears_us: Option<u64>,
    /// For a finding by the clock: when the measured time began, in microseconds since the world
    /// began to start the server. Only a delay after that moment can explain the finding. `None`:
    /// a delay at any time can.
    #[serde(skip)]
    pub since_us: Option<u64>,
}

/// What kind of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The invariant does not hold.
    Violation,
    /// The invariant does not hold by the clock: it counts only on a machine that can be believed.
    Late,
    /// Nothing can be said.
    Inconclusive,
    /// Worth a line, and no more.
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

    /// Nothing can be said.
    #[must_use]
    pub fn inconclusive(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self::new(Kind::Inconclusive, expected, actual)
    }

    /// Worth a line.
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

    /// Says which budget it is about and how long it took: a slow machine explains a tenth of the
    /// budget, or of the time by which it was exceeded, and no more.
    #[must_use]
    pub fn measured(mut self, budget_ms: u64, took_us: u64) -> Self {
        let budget_us = budget_ms * 1000;
        self.bears_us = Some(budget_us.max(took_us.saturating_sub(budget_us)) / 10);
        self
    }

    /// Says when the measured time began.
    #[must_use]
    pub fn since(mut self, since_us: u64) -> Self {
        self.since_us = Some(since_us);
        self
    }

    /// Says when it was.
    #[must_use]
    pub fn at(mut self, at_us: u64) -> Self {
        self.at_us = Some(at_us);
        self
    }

    /// Says which request it is about.
    #[must_use]
    pub fn about(mut self, request: &str) -> Self {
        self.request = Some(request.to_owned());
        self
    }

    /// Counts at most at this level, whatever the plan says.
    #[must_use]
    pub fn at_most(mut self, level: Level) -> Self {
        self.level = level;
        self
    }
}

/// The finding of a check that must read a body of which only the beginning was kept.
pub(super) fn truncated(expected: &str, answer: &Answer) -> Finding {
    let actual = format!(
        "{} with a body that is too long to be kept whole; it begins with {}",
        answer.status,
        excerpt(&answer.body)
    );
    Finding::inconclusive(expected, actual)
}

/// The beginning of a body, for people.
pub(super) fn excerpt(body: &str) -> String {
    const LONGEST: usize = 80;
    let mut text: String = body.chars().take(LONGEST).collect();
    if text.len() < body.len() {
        text.push('…');
    }
    if text.is_empty() { "an empty body".to_owned() } else { text }
}
