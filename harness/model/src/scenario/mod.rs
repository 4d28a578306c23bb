//! Scenarios: what a graceful shutdown is, claim by claim; one scenario a file.
//!
//! A scenario is an id, a requirement, a function that makes a plan, and a hint. It judges
//! nothing: the checks that its plan names do. A plan from a file can be one too (`stored`).

mod catalogue;
mod stored;
#[cfg(test)]
mod tests;

/// Connections that hold nothing, and hold nothing up.
mod connections {
    pub(super) mod becomes_idle;
    pub(super) mod idle_closed;
    pub(super) mod silent_preconnect;
}

/// What the contract promises while nobody tells the server to stop.
mod contract {
    pub(super) mod bad_request;
    pub(super) mod concurrent_work;
    pub(super) mod health_ok;
    pub(super) mod work_created;
}

/// Requests that come while the listener closes.
mod door {
    pub(super) mod no_black_hole;
}

/// How the process ends.
mod exit {
    pub(super) mod bounded_by_deadline;
    pub(super) mod no_residue;
    pub(super) mod status;
}

/// What `/health` says during the shutdown.
mod health {
    pub(super) mod draining;
    pub(super) mod monotonic;
}

/// Work that is under way when the signal comes.
mod inflight {
    pub(super) mod announces_close;
    pub(super) mod committed_unacknowledged;
    pub(super) mod completes;
    pub(super) mod queued_behind_pool;
}

/// Shutdowns while much is going on.
mod load {
    pub(super) mod mid_load;
}

/// The signal itself.
mod signal {
    pub(super) mod idle_exit;
    pub(super) mod second_sigterm;
}

/// How the server leaves its database.
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
    /// The cause when it fails, and the fix.
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

/// Why a server fails a scenario, and how servers in each language fix it.
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
