use std::path::Path;

use lastorders_model::check::{Finding, Level, Verdict};
use lastorders_model::scenario::SCENARIOS;
use lastorders_model::terminal::clean;
use lastorders_model::timeline::relative_ms;

use super::{
    BuildInfo, CatalogueInfo, FindingInfo, HintInfo, Machine, RESULTS_VERSION, Results,
    ScenarioResult, SubjectInfo, SummaryInfo, Tool,
};
use crate::report::{Report, clean_lines};
use crate::run::{ScenarioOutcome, Summary};
use crate::subject::Language;

/// The limit for a server's text in the results, in characters.
const LONGEST: usize = 2_000;

impl Results {
    /// The results of a report. `stored` says whether the histories are stored beside the results.
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

    /// The text of `results.json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Every key is a string and every number finite, so this does not fail.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

impl ScenarioResult {
    fn of(report: &Report, outcome: &ScenarioOutcome, stored: bool) -> Self {
        let scenario = &outcome.scenario;
        let zero = outcome.history.moments().signalled.unwrap_or(0);
        let passed = outcome.verdict.is_none_or(|verdict| verdict == Verdict::Pass);
        let hint = (!passed).then(|| HintInfo {
            cause: scenario.hint.cause.to_owned(),
            fixes: Language::ALL
                .into_iter()
                .filter(|language| report.language.is_none_or(|known| known == *language))
                .map(|it| (it.name().to_lowercase(), it.fix(&scenario.hint).to_owned()))
                .collect(),
        });
        Self {
            id: scenario.id.to_owned(),
            title: scenario.title.to_owned(),
            level: scenario.level,
            visibility: scenario.visibility,
            verdict: outcome.verdict,
            requirement: scenario.requirement.to_owned(),
            findings: outcome
                .findings
                .iter()
                .map(|finding| FindingInfo::of(finding, zero))
                .collect(),
            hint,
            duration_ms: millis(outcome.duration),
            history: (stored && !outcome.history.events.is_empty())
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

/// The file name of a stored history.
pub(in crate::report) const HISTORY: &str = "history.jsonl";

/// The folder of a scenario among stored results.
pub(in crate::report) fn folder_of(id: &str) -> String {
    id.replace('/', "-")
}

/// See [`Results::score`]. Weights are doubled, so that half a weight is an integer.
fn score(scenarios: &[ScenarioOutcome]) -> Option<f64> {
    let (mut earned, mut possible) = (0_u32, 0_u32);
    for outcome in scenarios {
        let weight = match outcome.scenario.level {
            Level::Must => 4,
            Level::Should => 2,
            Level::Info => 0,
        };
        let worth = match (outcome.verdict, outcome.scenario.level) {
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

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// FNV-1a over every scenario's id, level and requirement.
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
