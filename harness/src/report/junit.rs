use lastorders_model::check::{Finding, Kind, Verdict};
use lastorders_model::terminal::clean;
use lastorders_model::timeline::timeline;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use crate::run::ScenarioOutcome;
use crate::subject::Language;

/// The report as JUnit XML, with one suite for each group of scenarios. An inconclusive scenario
/// is skipped, with the reason. A scenario with a warning passes, with the warning in its output.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut xml = Xml::new("lastorders");
    xml.set_time(report.outcome.duration);
    let scenarios = &report.outcome.scenarios;
    for group in scenarios.chunk_by(|a, b| a.scenario.group() == b.scenario.group()) {
        let mut suite = TestSuite::new(group[0].scenario.group());
        for outcome in group {
            suite.add_test_case(case(report, outcome));
        }
        xml.add_test_suite(suite);
    }
    // All texts are free of characters that XML forbids, so this does not fail.
    xml.to_string().unwrap_or_default()
}

fn case(report: &Report, outcome: &ScenarioOutcome) -> TestCase {
    let scenario = &outcome.scenario;
    let mut status = match outcome.verdict {
        Some(Verdict::Pass | Verdict::Warn) => TestCaseStatus::success(),
        Some(Verdict::Fail) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Some(Verdict::Inconclusive) | None => TestCaseStatus::skipped(),
    };
    let message =
        message(&outcome.findings).unwrap_or_else(|| "skipped: the run was interrupted".to_owned());
    match outcome.verdict {
        Some(Verdict::Fail) => {
            status.set_message(message).set_type("must").set_description(text(report, outcome));
        }
        Some(Verdict::Inconclusive) | None => {
            status.set_message(message);
        }
        Some(Verdict::Pass | Verdict::Warn) => {}
    }
    let mut case = TestCase::new(scenario.id, status);
    case.set_classname(scenario.group()).set_time(outcome.duration);
    if outcome.verdict == Some(Verdict::Warn) {
        case.set_system_out(text(report, outcome));
    }
    case
}

fn message(findings: &[Finding]) -> Option<String> {
    let worst = findings
        .iter()
        .filter(|finding| finding.kind != Kind::Note)
        .max_by_key(|finding| finding.level)?;
    Some(clean(&format!("expected {}; saw {}", worst.expected, worst.actual), 500))
}

fn text(report: &Report, outcome: &ScenarioOutcome) -> String {
    let scenario = &outcome.scenario;
    let mut lines = vec![scenario.requirement.to_owned(), String::new()];
    for finding in outcome.findings.iter().filter(|finding| finding.kind != Kind::Note) {
        lines.push(format!("expected  {}", clean(&finding.expected, 500)));
        lines.push(format!("actual    {}", clean(&finding.actual, 500)));
    }
    lines.push(String::new());
    let picture = timeline(&outcome.plan, &outcome.history, &outcome.findings, 96);
    lines.extend(picture.iter().map(|line| anstream::adapter::strip_str(line).to_string()));
    lines.extend([String::new(), format!("why: {}", scenario.hint.cause)]);
    let languages = Language::ALL.into_iter();
    let known = languages.filter(|it| report.language.is_none_or(|known| known == *it));
    lines.extend(known.map(|it| format!("{}: {}", it.name(), it.fix(&scenario.hint))));
    lines.push(format!("rerun: {}", report.rerun_command(outcome)));
    lines.join("\n")
}
