use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
