use std::collections::BTreeMap;

use lastorders_model::check::{Kind, Level, Verdict};
use lastorders_model::scenario::Visibility;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subject::Language;

/// The version of the schema. It grows when a reader of the old one would misread the new one.
pub const RESULTS_VERSION: u32 = 1;

/// `results.json`: what came of a run, for programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// The version of this schema.
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The catalogue that scenarios were taken from.
    pub catalogue: CatalogueInfo,
    /// Where every name and drawn number came from; below 2^53.
    pub seed: u64,
    /// The server that was judged.
    pub subject: SubjectInfo,
    /// Where it was judged.
    pub machine: Machine,
    /// Where Postgres came from.
    pub postgres: String,
    /// How long the run took, without a build, in milliseconds.
    pub duration_ms: u64,
    /// The number of the signal that ended the run early, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<i32>,
    /// Each scenario that was selected, in the catalogue's order.
    pub scenarios: Vec<ScenarioResult>,
    /// How many came out how.
    pub summary: SummaryInfo,
    /// From 0 to 1: the weight of what passed, of the weight of all that proved something. A
    /// *must* weighs 2, a *should* 1; a *must* that passed with a warning counts half. Null if
    /// nothing was proved.
    pub score: Option<f64>,
}

/// The program that wrote the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogueInfo {
    /// How many scenarios it has.
    pub total: usize,
    /// How many were selected.
    pub selected: usize,
    /// Sixteen hexadecimal digits over every id, level and requirement: two runs with the same
    /// fingerprint asked the same questions.
    pub fingerprint: String,
}

/// The server that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectInfo {
    /// A directory's name, or the command's.
    pub name: String,
    /// The command that started it.
    pub command: String,
    /// What it is written in, where it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What a reader should know about how it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it could not be built, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_failure: Option<BuildInfo>,
}

/// A build that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildInfo {
    /// The command that failed.
    pub command: String,
    /// How: "exited with status 1".
    pub how: String,
    /// The last lines that it wrote.
    pub output: Vec<String>,
}

/// The machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// The operating system.
    pub os: String,
    /// The processor's architecture.
    pub arch: String,
    /// The kernel's release.
    pub kernel: String,
    /// How many processors we may use.
    pub cpus: usize,
}

/// What came of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResult {
    /// `group/name`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What a violation of its main check amounts to.
    pub level: Level,
    /// Who knows of it.
    pub visibility: Visibility,
    /// What the findings amount to; null if it was skipped.
    pub verdict: Option<Verdict>,
    /// What must hold.
    pub requirement: String,
    /// What the checks found.
    pub findings: Vec<FindingInfo>,
    /// The cause and the fix, if it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<HintInfo>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Where its history is, from the folder of this file, if it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingInfo {
    /// The check.
    pub check: String,
    /// What kind of finding it is.
    pub kind: Kind,
    /// How much it counts.
    pub level: Level,
    /// What should have been seen.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// When, in milliseconds from the first signal; negative before it. From the start of the
    /// server where no signal was sent. Null if it is of no moment.
    pub at_ms: Option<f64>,
    /// Which request it is about, as it stands in the history.
    pub request: Option<String>,
}

/// The usual cause of a failure, and its fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HintInfo {
    /// The cause.
    pub cause: String,
    /// The fix, by language: the server's own where it is known, else all of them.
    pub fixes: BTreeMap<String, String>,
}

/// How many scenarios came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SummaryInfo {
    /// Every invariant held.
    pub passed: usize,
    /// A *should* did not hold.
    pub warned: usize,
    /// A *must* did not hold.
    pub failed: usize,
    /// Nothing was proved.
    pub inconclusive: usize,
    /// Not carried out.
    pub skipped: usize,
}
