//! Scenarios: the claims that make up a graceful shutdown, one a file.
//!
//! A scenario has an id, a requirement, a function that writes a plan, and a hint. The checks that
//! the plan names judge the run. A plan from a file becomes a scenario too (`stored`).

mod catalogue;
mod stored;
#[cfg(test)]
mod tests;

/// Idle and silent connections, which must not delay the exit.
mod connections {
    pub(super) mod becomes_idle;
    pub(super) mod idle_closed;
    pub(super) mod silent_preconnect;
}

/// The contract before the signal.
mod contract {
    pub(super) mod bad_request;
    pub(super) mod concurrent_work;
    pub(super) mod health_ok;
    pub(super) mod work_created;
}

/// Requests on new connections while the listener closes.
mod door {
    pub(super) mod no_black_hole;
}

/// The end of the process.
mod exit {
    pub(super) mod bounded_by_deadline;
    pub(super) mod no_residue;
    pub(super) mod status;
}

/// The answers of `/health` during the shutdown.
mod health {
    pub(super) mod draining;
    pub(super) mod monotonic;
}

/// Work in flight at the signal.
mod inflight {
    pub(super) mod announces_close;
    pub(super) mod committed_unacknowledged;
    pub(super) mod completes;
    pub(super) mod queued_behind_pool;
}

/// Shutdowns under load.
mod load {
    pub(super) mod mid_load;
}

/// The signal itself.
mod signal {
    pub(super) mod group;
    pub(super) mod idle_exit;
    pub(super) mod second_sigterm;
}

/// The end of the server's database sessions.
mod store {
    pub(super) mod pool_outlives_requests;
    pub(super) mod terminated;
}

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
    /// The claim in a few words.
    pub title: &'static str,
    /// The claim in one sentence. Reports print the sentence if the claim does not hold.
    pub requirement: &'static str,
    /// The level of the scenario's main check.
    pub level: Level,
    /// Whether the author of a challenge publishes the scenario.
    pub visibility: Visibility,
    /// The source of the claim: issues, a section of an RFC, or practice.
    pub source: &'static str,
    /// Writes the plan, with its checks.
    pub plan: fn(&mut Draft),
    /// The usual cause of a failure, and the fix.
    pub hint: Hint,
}

/// Whether the developers of a server know the scenario in advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// The author of a challenge publishes the scenario.
    Public,
    /// The scenario belongs to the hidden set.
    Hidden,
}

/// The usual cause of a failure, and the fix in each language.
#[derive(Debug, Clone, Copy)]
pub struct Hint {
    /// The usual cause.
    pub cause: &'static str,
    /// The fix in Node.
    pub node: &'static str,
    /// The fix in Python.
    pub python: &'static str,
    /// The fix in Go.
    pub go: &'static str,
    /// The fix in Java.
    pub java: &'static str,
    /// The fix in Rust.
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
