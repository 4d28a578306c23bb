use lastorders_model::check::{Finding, Kind, Verdict};
use lastorders_model::history::EventKind;
use lastorders_model::terminal::clean;
use lastorders_model::terminal::paint::{self, WIDTH, paint};
use lastorders_model::timeline::timeline;

use super::table::{level, word};
use crate::report::group::Group;
use crate::report::{Report, clean_lines};
use crate::run::ScenarioOutcome;

/// The indentation of the evidence.
const INDENT: &str = "    ";

/// How many findings of a scenario are shown; the others are counted.
const MOST_FINDINGS: usize = 4;

/// The evidence for a group of scenarios that did not pass.
pub(super) fn block(report: &Report, group: &Group<'_>) -> Vec<String> {
    let Some(first) = group.members.first() else { return Vec::new() };
    let mut lines = vec![title(group, first)];
    if group.members.len() == 1 {
        lines.extend(wrapped("", first.scenario.requirement));
    } else {
        let ids: Vec<_> = group.members.iter().map(|outcome| outcome.scenario.id).collect();
        lines.extend(wrapped("", &ids.join(", ")));
    }
    lines.push(String::new());
    lines.extend(findings(&first.findings));
    if let Some(failure) = &report.build_failure {
        lines.extend(quoted("the end of its output", &failure.output, 30));
    }
    let picture = timeline(&first.plan, &first.history, &first.findings, WIDTH - INDENT.len());
    if !picture.is_empty() {
        lines.push(String::new());
        lines.extend(picture.iter().map(|line| format!("{INDENT}{line}").trim_end().to_owned()));
    }
    lines.extend(output(first));
    lines.push(String::new());
    // An inconclusive scenario proves no fault of the server, so there is nothing to fix.
    let proved = first.verdict != Some(Verdict::Inconclusive);
    if proved && report.build_failure.is_none() && has_been_ready(first) {
        lines.extend(hint(report, first));
    }
    lines.extend(labelled("rerun", &report.rerun_command(first)));
    lines
}

fn title(group: &Group<'_>, first: &ScenarioOutcome) -> String {
    let (word, style) = word(first.verdict);
    let (name, right) = match group.members.len() {
        1 => {
            let name = format!("{} · {}", first.scenario.id, first.scenario.title);
            (name, level(first.scenario.level).to_owned())
        }
        n => (format!("{n} scenarios, for the same reason"), String::new()),
    };
    let room = WIDTH - word.chars().count() - right.len() - 6;
    let name = paint::cut(&name, room);
    let used = word.chars().count() + name.chars().count() + right.len() + 3;
    let rule = "─".repeat(WIDTH.saturating_sub(used).max(2));
    let name = paint(paint::STRONG, &name);
    format!("{} {name} {} {right}", paint(style, word), paint(paint::FAINT, &rule))
        .trim_end()
        .to_owned()
}

fn findings(all: &[Finding]) -> Vec<String> {
    let (notes, proved): (Vec<_>, Vec<_>) =
        all.iter().partition(|finding| finding.kind == Kind::Note);
    // The worst first: a broken *must* decides the verdict.
    let mut proved = proved;
    proved.sort_by_key(|finding| (std::cmp::Reverse(finding.level), finding.at_us));
    let mut lines = Vec::new();
    for finding in proved.iter().take(MOST_FINDINGS) {
        lines.extend(labelled("expected", &clean(&finding.expected, 400)));
        let about = finding.request.as_ref().map(|id| format!(" [{id}]")).unwrap_or_default();
        let actual = format!("{}{about}", clean(&finding.actual, 600));
        lines.extend(coloured("actual", &actual, finding.kind));
    }
    let more = proved.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        lines.extend(labelled("", &format!("and {more} more findings of the same scenario")));
    }
    for note in notes.iter().take(2) {
        lines.extend(labelled("note", &clean(&note.actual, 300)));
    }
    lines
}

fn coloured(label: &str, text: &str, kind: Kind) -> Vec<String> {
    let style = match kind {
        Kind::Violation | Kind::Late => paint::BAD,
        Kind::Inconclusive => paint::UNSURE,
        Kind::Note => paint::PLAIN,
    };
    in_style(label, text, style)
}

/// The end of the server's output, which may explain a failure.
fn output(outcome: &ScenarioOutcome) -> Vec<String> {
    let wrote = outcome.history.events.iter().rev().find_map(|event| {
        if let EventKind::Output { stdout, stderr } = &event.what {
            Some((stdout, stderr))
        } else {
            None
        }
    });
    let Some((stdout, stderr)) = wrote else { return Vec::new() };
    let most = if has_been_ready(outcome) { 3 } else { 8 };
    let mut lines = quoted("the end of its stderr", stderr, most);
    if lines.is_empty() {
        lines = quoted("the end of its stdout", stdout, most);
    }
    lines
}

fn has_been_ready(outcome: &ScenarioOutcome) -> bool {
    outcome.history.events.iter().any(|event| event.what == EventKind::Ready)
}

fn quoted(title: &str, text: &str, most: usize) -> Vec<String> {
    let quoted = clean_lines(text, most, WIDTH - INDENT.len() - 3);
    if quoted.is_empty() {
        return Vec::new();
    }
    let title = paint(paint::FAINT, &format!("{INDENT}{title}"));
    let quoted = quoted.iter().map(|line| paint(paint::FAINT, &format!("{INDENT}│ {line}")));
    [String::new(), title].into_iter().chain(quoted).collect()
}

fn hint(report: &Report, outcome: &ScenarioOutcome) -> Vec<String> {
    if outcome.scenario.is_stored() {
        return Vec::new();
    }
    let hint = &outcome.scenario.hint;
    let mut lines = labelled("why", hint.cause);
    match report.language {
        Some(language) => {
            lines.extend(labelled("fix", &format!("in {}", language.name())));
            let fix = paint::lines(language.fix(hint), WIDTH - INDENT.len() - 12);
            lines.extend(fix.iter().map(|line| format!("{INDENT}{:10}│ {line}", "")));
        }
        None => {
            let text = format!("lastorders explain {}", outcome.scenario.id);
            lines.extend(labelled("fix", &text));
        }
    }
    lines
}

fn labelled(label: &str, text: &str) -> Vec<String> {
    in_style(label, text, paint::PLAIN)
}

fn in_style(label: &str, text: &str, style: anstyle::Style) -> Vec<String> {
    let width = WIDTH - INDENT.len() - 10;
    let parts = paint::wrap(text, width);
    let lines = parts.iter().enumerate().map(|(n, part)| {
        let label = if n == 0 { label } else { "" };
        let label = paint(paint::FAINT, &format!("{label:<9}"));
        format!("{INDENT}{label} {}", paint(style, part))
    });
    lines.collect()
}

fn wrapped(label: &str, text: &str) -> Vec<String> {
    let lines = paint::wrap(text, WIDTH - INDENT.len() - label.len());
    lines.iter().map(|line| format!("{INDENT}{label}{line}")).collect()
}
