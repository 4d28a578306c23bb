use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A check that judges a plan, and the level at which the check counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckUse {
    /// The check's id.
    pub check: String,
    /// The level of a violation.
    pub level: Level,
}

/// How much a violation counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The violation is reported, and changes no verdict.
    Info,
    /// The violation warns.
    Should,
    /// The violation fails the run.
    Must,
}
