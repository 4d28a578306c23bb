use std::fmt::Write as _;
use std::time::Duration;

use lastorders_model::check::{Kind, Level};
use lastorders_model::history::{EventKind, History};
use lastorders_model::plan::script;
use lastorders_model::terminal::paint::{self, WIDTH, paint};
use lastorders_model::timeline::{Section, html};

use super::summary::reproduce;
use crate::blob::Blob;
use crate::case::{Case, time};
use crate::check::{Finding, Judged};
use crate::sweep::Simulator;
use crate::trace::export::terminal;
use crate::world::Run;

/// The report of a case and its run: scripts, conditions, findings with their times, the timeline,
/// and the line that reproduces the run.
pub(super) fn story(simulator: &Simulator, case: &Case, run: &Run, judged: &Judged) -> String {
    let mut text = plan(case);
    // Writing to a `String` cannot fail.
    let _ = writeln!(text);
    findings(&mut text, &run.history, &judged.findings);
    let deadline = Duration::from_micros(case.conditions.policy.deadline_us);
    for line in terminal(&case.plan, &run.history, &judged.findings, Some(deadline)) {
        let _ = writeln!(text, "{line}");
    }
    if let Some(signature) = &judged.signature {
        let _ = writeln!(text, "\n{}", paint(paint::FOUND, &signature.to_string()));
    }
    let _ = writeln!(text, "{}", outcome(simulator, run, judged));
    let _ = writeln!(text, "{}", line(simulator, case));
    text
}

fn outcome(simulator: &Simulator, run: &Run, judged: &Judged) -> String {
    let Simulator { subject, engine, .. } = simulator;
    let (records, hash) = (run.trace.records.len(), run.trace.hash);
    format!("{subject} on {engine}: {}, {records} records, hash {hash:016x}", judged.verdict)
}

/// The report as a page.
pub(super) fn page(simulator: &Simulator, case: &Case, run: &Run, judged: &Judged) -> String {
    let section = |title: &str, lines| Section { title: title.to_owned(), lines };
    let known_by = judged.signature.iter().map(ToString::to_string);
    let verdict = known_by.chain([outcome(simulator, run, judged)]).collect();
    let mut sections: Vec<_> =
        script(&case.plan).into_iter().map(|(title, lines)| Section { title, lines }).collect();
    sections.extend([
        section("conditions", case.conditions.in_words()),
        section("verdict", verdict),
        section("rerun", vec![line(simulator, case)]),
    ]);
    sections.retain(|section| !section.lines.is_empty());
    let findings: Vec<_> = counting(&judged.findings).cloned().collect();
    html(&case.plan, &run.history, &findings, &sections)
}

/// The line that reproduces the run.
pub(super) fn line(simulator: &Simulator, case: &Case) -> String {
    let blob = Blob::new(case.clone(), simulator.engine).to_string();
    reproduce(&simulator.subject.to_string(), &blob)
}

/// The scripts and conditions.
pub(super) fn plan(case: &Case) -> String {
    let mut text = String::new();
    for (actor, steps) in script(&case.plan) {
        let _ = writeln!(text, "{}", paint(paint::STRONG, &actor));
        for step in steps {
            let _ = writeln!(text, "  {step}");
        }
    }
    let conditions = case.conditions.in_words();
    if !conditions.is_empty() {
        let _ = writeln!(text, "{}", paint(paint::STRONG, "conditions"));
    }
    for condition in conditions {
        let _ = writeln!(text, "  {condition}");
    }
    text
}

/// The findings that count, with virtual times relative to the signal.
fn findings(text: &mut String, history: &History, findings: &[Finding]) {
    let signalled = history.events.iter().find_map(|event| match event.what {
        EventKind::Signalled { .. } => Some(event.at_us),
        _ => None,
    });
    for finding in counting(findings) {
        let when = match (finding.at_us, signalled) {
            (Some(at), Some(signal)) if at >= signal => {
                format!(" {} after the signal", time(at - signal))
            }
            (Some(at), Some(signal)) => format!(" {} before the signal", time(signal - at)),
            (Some(at), None) => format!(" at {}", time(at)),
            (None, _) => String::new(),
        };
        let whose = finding.request.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
        let _ = writeln!(text, "{}{when}{whose}", paint(paint::FOUND, &finding.check));
        for (label, words) in [("expected", &finding.expected), ("actual", &finding.actual)] {
            for (n, part) in paint::wrap(words, WIDTH - 12).iter().enumerate() {
                let label = if n == 0 { label } else { "" };
                let _ = writeln!(text, "  {label:<9} {part}");
            }
        }
    }
    if counting(findings).next().is_some() {
        let _ = writeln!(text);
    }
}

/// The findings that a reader needs.
fn counting(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let proved = findings.iter().any(|finding| finding.kind == Kind::Violation);
    findings.iter().filter(move |finding| match finding.kind {
        Kind::Note => false,
        // An inconclusive finding adds nothing to a proved one.
        Kind::Inconclusive => !proved,
        Kind::Violation | Kind::Late => finding.level != Level::Info,
    })
}
