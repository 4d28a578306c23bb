//! Scenarios: what a graceful shutdown is, claim by claim; one scenario a file.
//!
//! A scenario is an id, a requirement, a function that makes a plan, and a hint. It judges
//! nothing: the checks that its plan names do. A plan from a file can be one too (`stored`).

mod catalogue;
mod connections;
mod contract;
mod door;
mod exit;
mod health;
mod inflight;
mod load;
mod signal;
mod store;
mod stored;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::catalogue::{Catalogue, SCENARIOS};
pub use self::stored::StoredError;

use crate::check::Level;
use crate::plan::{Contract, Draft, Plan};

/// One claim about how a server stops.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// `group/name`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What must hold, in one sentence; printed when it does not.
    pub requirement: &'static str,
    /// What a violation of its main check amounts to.
    pub level: Level,
    /// Whether a challenge's author would publish it.
    pub visibility: Visibility,
    /// Where the claim comes from: issues, an RFC's section, practice.
    pub source: &'static str,
    /// Writes the plan, with its checks.
    pub plan: fn(&mut Draft),
    /// The cause when it fails, and the mend.
    pub hint: Hint,
}

/// Who knows of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// One that a challenge's author would publish.
    Public,
    /// One of the hidden set.
    Hidden,
}

/// Why a server fails a scenario, and how servers in each language mend it.
#[derive(Debug, Clone, Copy)]
pub struct Hint {
    /// The usual cause.
    pub cause: &'static str,
    /// The mend in Node.
    pub node: &'static str,
    /// The mend in Python.
    pub python: &'static str,
    /// The mend in Go.
    pub go: &'static str,
    /// The mend in Java.
    pub java: &'static str,
    /// The mend in Rust.
    pub rust: &'static str,
}

impl Scenario {
    /// The plan of this scenario for a seed. The same seed makes the same plan.
    #[must_use]
    pub fn plan(&self, seed: u64, contract: &Contract) -> Plan {
        let mut draft = Draft::new(self.id, seed, contract.clone());
        draft.check("preconditions", Level::Must);
        (self.plan)(&mut draft);
        draft.finish()
    }

    /// The part of the id before the slash.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }
}
