use std::collections::BTreeMap;

use lastorders_model::check::{Kind, Level, Verdict};
use lastorders_model::scenario::Visibility;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subject::Language;

/// The version of the schema. It increases when a reader of the old schema would misread the new.
pub const RESULTS_VERSION: u32 = 1;

/// `results.json`: the results of a run, for programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// The version of this schema.
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The catalogue of scenarios.
    pub catalogue: CatalogueInfo,
    /// The seed of every plan's names and drawn numbers; below 2^53.
    pub seed: u64,
    /// The server that was judged.
    pub subject: SubjectInfo,
    /// The machine of the run.
    pub machine: Machine,
    /// Where Postgres came from.
    pub postgres: String,
    /// The duration of the run without a build, in milliseconds.
    pub duration_ms: u64,
    /// The number of the signal that interrupted the run; absent if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<i32>,
    /// Each scenario that was selected, in the catalogue's order.
    pub scenarios: Vec<ScenarioResult>,
    /// How many scenarios have each verdict.
    pub summary: SummaryInfo,
    /// From 0 to 1: the weight of the scenarios that passed, divided by the weight of those with a
    /// proved verdict. A *must* weighs 2, a *should* 1; a *must* with a warning counts half. Null
    /// if no scenario proved anything.
    pub score: Option<f64>,
}

/// The program that wrote the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// The program's name.
    pub name: String,
    /// The program's version.
    pub version: String,
}

/// The catalogue of scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogueInfo {
    /// How many scenarios the catalogue has.
    pub total: usize,
    /// How many scenarios were selected.
    pub selected: usize,
    /// A hash of every id, level and requirement, in sixteen hexadecimal digits. Runs with the same
    /// fingerprint had the same catalogue.
    pub fingerprint: String,
}

/// The server that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectInfo {
    /// The directory's name, or the program's.
    pub name: String,
    /// The command that started the server.
    pub command: String,
    /// The server's language; absent if it was not recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// A note on how the server was started, such as why `npm start` is not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why the server could not be built; absent if it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_failure: Option<BuildInfo>,
}

/// A build that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildInfo {
    /// The command that failed.
    pub command: String,
    /// How the command ended, such as "exited with status 1".
    pub how: String,
    /// The last lines of the command's output.
    pub output: Vec<String>,
}

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// The operating system.
    pub os: String,
    /// The processor's architecture.
    pub arch: String,
    /// The kernel's release.
    pub kernel: String,
    /// How many processors the judge may use.
    pub cpus: usize,
}

/// The result of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResult {
    /// `group/name`.
    pub id: String,
    /// The title, a few words.
    pub title: String,
    /// The level of a violation of the scenario's main check.
    pub level: Level,
    /// Whether a challenge's author would publish the scenario.
    pub visibility: Visibility,
    /// The verdict; null if the scenario was skipped.
    pub verdict: Option<Verdict>,
    /// The requirement that the scenario tests.
    pub requirement: String,
    /// The findings of the checks.
    pub findings: Vec<FindingInfo>,
    /// The usual cause and its fix; absent if the scenario passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<HintInfo>,
    /// The duration of the scenario, in milliseconds.
    pub duration_ms: u64,
    /// The path of the history, relative to this file's folder; absent if no history was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
}

/// A finding of a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingInfo {
    /// The check.
    pub check: String,
    /// The kind of the finding.
    pub kind: Kind,
    /// The level of the finding, which decides how it counts.
    pub level: Level,
    /// The expected observation.
    pub expected: String,
    /// The actual observation.
    pub actual: String,
    /// The time in milliseconds since the first signal, negative before it. Without a signal, the
    /// time since the start of the server. Null if the finding has no single time.
    pub at_ms: Option<f64>,
    /// The id of the request in the history; null if the finding concerns no single request.
    pub request: Option<String>,
}

/// The usual cause of a failure, and its fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HintInfo {
    /// The usual cause of a failure.
    pub cause: String,
    /// The fix by language: only the server's if it was recognised, otherwise every language's.
    pub fixes: BTreeMap<String, String>,
}

/// How many scenarios have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SummaryInfo {
    /// Scenarios in which every invariant held.
    pub passed: usize,
    /// Scenarios in which a *should* did not hold.
    pub warned: usize,
    /// Scenarios in which a *must* did not hold.
    pub failed: usize,
    /// Scenarios that proved nothing.
    pub inconclusive: usize,
    /// Scenarios that the interrupted run skipped.
    pub skipped: usize,
}
