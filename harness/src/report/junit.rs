use lastorders_model::check::{Finding, Kind, Verdict};
use lastorders_model::terminal::clean;
use lastorders_model::timeline::timeline;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use crate::run::ScenarioOutcome;
use crate::subject::Language;

/// The report as JUnit XML: a suite for each group of scenarios. An inconclusive scenario is
/// skipped, with the reason; a warned one has passed, with the warning in its output.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut xml = Xml::new("lastorders");
    xml.set_time(report.outcome.duration);
    let scenarios = &report.outcome.scenarios;
    for group in scenarios.chunk_by(|a, b| a.scenario.group() == b.scenario.group()) {
        let mut suite = TestSuite::new(group[0].scenario.group());
        for came in group {
            suite.add_test_case(case(report, came));
        }
        xml.add_test_suite(suite);
    }
    // What XML cannot hold is taken out before, so there is nothing to fail.
    xml.to_string().unwrap_or_default()
}

fn case(report: &Report, came: &ScenarioOutcome) -> TestCase {
    let scenario = &came.scenario;
    let mut status = match came.verdict {
        Some(Verdict::Pass | Verdict::Warn) => TestCaseStatus::success(),
        Some(Verdict::Fail) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Some(Verdict::Inconclusive) | None => TestCaseStatus::skipped(),
    };
    let message =
        message(&came.findings).unwrap_or_else(|| "skipped: the run was interrupted".to_owned());
    match came.verdict {
        Some(Verdict::Fail) => {
            status.set_message(message).set_type("must").set_description(text(report, came));
        }
        Some(Verdict::Inconclusive) | None => {
            status.set_message(message);
        }
        Some(Verdict::Pass | Verdict::Warn) => {}
    }
    let mut case = TestCase::new(scenario.id, status);
    case.set_classname(scenario.group()).set_time(came.duration);
    if came.verdict == Some(Verdict::Warn) {
        case.set_system_out(text(report, came));
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

fn text(report: &Report, came: &ScenarioOutcome) -> String {
    let scenario = &came.scenario;
    let mut lines = vec![scenario.requirement.to_owned(), String::new()];
    for finding in came.findings.iter().filter(|finding| finding.kind != Kind::Note) {
        lines.push(format!("expected  {}", clean(&finding.expected, 500)));
        lines.push(format!("actual    {}", clean(&finding.actual, 500)));
    }
    lines.push(String::new());
    let picture = timeline(&came.plan, &came.history, &came.findings, 96);
    lines.extend(picture.iter().map(|line| anstream::adapter::strip_str(line).to_string()));
    lines.extend([String::new(), format!("why: {}", scenario.hint.cause)]);
    let languages = Language::ALL.into_iter();
    let known = languages.filter(|it| report.language.is_none_or(|known| known == *it));
    lines.extend(known.map(|it| format!("{}: {}", it.name(), it.fix(&scenario.hint))));
    lines.push(format!("rerun: {}", report.command_for(came)));
    lines.join("\n")
}
