//! Checks: pure functions from a plan and its history to findings, one invariant a file.
//!
//! If the server was never ready, or a step of the plan failed, only the check `preconditions`
//! runs. [`judge`] ensures that, so every other check can rely on a complete run.
//!
//! * `catalogue`: every check by its id
//! * `finding`: one result of a check
//! * `validate`: whether a plan can be run and judged
//! * `verdict`: from findings to a verdict
//! * `view`: a history, with the views that checks share
//! * `promptness`, `store`: questions that several checks ask of a history
//! * each other file: one check

mod announces_close;
mod answered_in_time;
mod bad_refused;
mod catalogue;
mod created;
mod exit_in_grace;
mod exit_prompt;
mod exit_soon;
mod exit_status;
mod finding;
mod health_draining;
mod health_monotonic;
mod health_ok;
mod idle_closed;
mod ids_distinct;
mod ledger;
mod no_crash;
mod no_late_success;
mod no_residue;
mod pool_outlives_requests;
mod preconditions;
mod promptness;
mod store;
mod store_terminated;
#[cfg(test)]
mod testing;
mod validate;
mod verdict;
mod view;
mod visible_in_time;

pub use self::catalogue::{CHECKS, find};
pub use self::finding::{Finding, Kind};
pub use self::validate::validate;
pub use self::verdict::{Verdict, judge};
pub use self::view::View;

pub use crate::plan::{CheckUse, Level};

use crate::plan::Plan;

/// One invariant.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The id in plans and findings.
    pub id: &'static str,
    /// The invariant, in one sentence.
    pub about: &'static str,
    /// Looks for violations. [`judge`] then sets the level, from the plan.
    pub judge: fn(&Plan, &View<'_>) -> Vec<Finding>,
}
