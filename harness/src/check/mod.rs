//! Checks: pure functions from a plan and its history to findings, one invariant a file.
//!
//! A check that looks at a run which did not reach its precondition finds nothing: the
//! `preconditions` check, which every scenario has, says so in its place, and the verdict is
//! *inconclusive*.
//!
//! * `catalogue`: every check by its id
//! * `finding`: what a check finds
//! * `verdict`: what findings amount to

mod catalogue;
mod finding;
mod verdict;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::catalogue::{CHECKS, find};
pub use self::finding::{Finding, Kind};
pub use self::verdict::{Verdict, judge};

use crate::history::History;
use crate::plan::Plan;

/// One invariant.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id, as it stands in plans and findings.
    pub id: &'static str,
    /// The invariant, in one sentence.
    pub about: &'static str,
    /// Looks for violations. The level is set by [`judge`], from the plan.
    pub judge: fn(&Plan, &History) -> Vec<Finding>,
}

/// A check that judges a plan, and how much it counts there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckUse {
    /// The check's id.
    pub check: String,
    /// What a violation amounts to.
    pub level: Level,
}

/// How much a violation counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It is worth knowing.
    Info,
    /// It warns.
    Should,
    /// It fails the run.
    Must,
}
