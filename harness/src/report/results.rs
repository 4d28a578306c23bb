use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Report, clean, clean_lines};
use crate::check::{Finding, Kind, Level, Verdict};
use crate::run::{ScenarioOutcome, Summary};
use crate::scenario::{SCENARIOS, Visibility};
use crate::subject::Language;

/// The version of the schema. It grows when a reader of the old one would misread the new one.
pub const RESULTS_VERSION: u32 = 1;

/// No text of a server in a report is longer, in characters.
const LONGEST: usize = 2_000;

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
    /// What the findings amount to; null if it was not carried out.
    pub verdict: Option<Verdict>,
    /// What must hold.
    pub requirement: String,
    /// What the checks found.
    pub findings: Vec<FindingInfo>,
    /// The cause and the mend, if it did not pass.
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

/// The usual cause of a failure, and its mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HintInfo {
    /// The cause.
    pub cause: String,
    /// The mend, by language: the server's own where it is known, else all of them.
    pub mends: BTreeMap<String, String>,
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

impl Results {
    /// The results of a report. `stored` says where the history of a scenario is, if anywhere.
    #[must_use]
    pub fn of(report: &Report, stored: bool) -> Self {
        let outcome = &report.outcome;
        let text = |text: &str| clean(text, LONGEST);
        let build_failure = report.build_failure.as_ref().map(|failure| BuildInfo {
            command: text(&failure.command),
            how: text(&failure.how),
            output: clean_lines(&failure.output, 40, 400),
        });
        Self {
            schema_version: RESULTS_VERSION,
            tool: Tool {
                name: "lastorders".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            catalogue: CatalogueInfo {
                total: SCENARIOS.len(),
                selected: outcome.scenarios.len(),
                fingerprint: fingerprint(),
            },
            seed: outcome.seed,
            subject: SubjectInfo {
                name: text(&outcome.subject),
                command: text(&outcome.command),
                language: report.language,
                note: report.note.as_deref().map(text),
                build_failure,
            },
            machine: Machine::this(),
            postgres: text(&outcome.postgres),
            duration_ms: millis(outcome.duration),
            interrupted: outcome.interrupted,
            scenarios: outcome
                .scenarios
                .iter()
                .map(|scenario| ScenarioResult::of(report, scenario, stored))
                .collect(),
            summary: outcome.summary().into(),
            score: score(&outcome.scenarios),
        }
    }

    /// As it stands in the file.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Every key is a string and every number finite, so there is nothing to fail.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

impl ScenarioResult {
    fn of(report: &Report, came: &ScenarioOutcome, stored: bool) -> Self {
        let scenario = &came.scenario;
        let zero = came.history.moments().signalled.unwrap_or(0);
        let passed = came.verdict.is_none_or(|verdict| verdict == Verdict::Pass);
        let hint = (!passed).then(|| HintInfo {
            cause: scenario.hint.cause.to_owned(),
            mends: Language::ALL
                .into_iter()
                .filter(|language| report.language.is_none_or(|known| known == *language))
                .map(|it| (it.name().to_lowercase(), it.mend(&scenario.hint).to_owned()))
                .collect(),
        });
        Self {
            id: scenario.id.to_owned(),
            title: scenario.title.to_owned(),
            level: scenario.level,
            visibility: scenario.visibility,
            verdict: came.verdict,
            requirement: scenario.requirement.to_owned(),
            findings: came.findings.iter().map(|finding| FindingInfo::of(finding, zero)).collect(),
            hint,
            duration_ms: millis(came.duration),
            history: (stored && !came.history.events.is_empty())
                .then(|| Path::new(&folder_of(scenario.id)).join(HISTORY).display().to_string()),
        }
    }
}

impl FindingInfo {
    fn of(finding: &Finding, zero: u64) -> Self {
        Self {
            check: finding.check.clone(),
            kind: finding.kind,
            level: finding.level,
            expected: clean(&finding.expected, LONGEST),
            actual: clean(&finding.actual, LONGEST),
            at_ms: finding.at_us.map(|at| relative_ms(at, zero)),
            request: finding.request.clone(),
        }
    }
}

impl Machine {
    fn this() -> Self {
        Self {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
            cpus: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }
}

impl From<Summary> for SummaryInfo {
    fn from(summary: Summary) -> Self {
        let Summary { passed, warned, failed, inconclusive, skipped } = summary;
        Self { passed, warned, failed, inconclusive, skipped }
    }
}

/// The name of a stored history in its scenario's folder.
pub(super) const HISTORY: &str = "history.jsonl";

/// The folder of a scenario among stored results.
pub(super) fn folder_of(id: &str) -> String {
    id.replace('/', "-")
}

/// Milliseconds from a moment to another, with three decimals.
pub(super) fn relative_ms(at_us: u64, zero_us: u64) -> f64 {
    let micros = i128::from(at_us) - i128::from(zero_us);
    #[expect(clippy::cast_precision_loss, reason = "a run is no longer than 2^53 microseconds")]
    let ms = micros as f64 / 1000.0;
    ms
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// FNV-1a over what was asked.
fn fingerprint() -> String {
    let asked = SCENARIOS.iter().flat_map(|scenario| {
        let level = format!("{:?}", scenario.level);
        format!("{}\n{level}\n{}\n", scenario.id, scenario.requirement).into_bytes()
    });
    let hash = asked.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// See [`Results::score`]. In quarters, so that halves add up.
fn score(scenarios: &[ScenarioOutcome]) -> Option<f64> {
    let (mut earned, mut possible) = (0_u32, 0_u32);
    for came in scenarios {
        let weight = match came.scenario.level {
            Level::Must => 4,
            Level::Should => 2,
            Level::Info => 0,
        };
        let worth = match (came.verdict, came.scenario.level) {
            (Some(Verdict::Pass), _) => weight,
            (Some(Verdict::Warn), Level::Must) => weight / 2,
            (Some(Verdict::Warn | Verdict::Fail), _) => 0,
            (Some(Verdict::Inconclusive) | None, _) => continue,
        };
        earned += worth;
        possible += weight;
    }
    (possible > 0).then(|| (f64::from(earned) / f64::from(possible) * 1000.0).round() / 1000.0)
}
