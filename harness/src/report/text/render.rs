use lastorders_model::terminal::clean;
use lastorders_model::terminal::paint::{self, WIDTH, paint};

use super::{block, table};
use crate::report::{Report, group};

/// Whether a text has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The text has colours.
    Always,
    /// The text has no escape sequence.
    Never,
}

/// The terminal's report of a run: a table, the evidence for scenarios that did not pass, and the
/// counts. Only its last line has the form `N passed, N failed, N skipped`.
#[must_use]
pub fn render(report: &Report, colour: Colour) -> String {
    let mut lines = head(report);
    lines.push(String::new());
    lines.extend(table::table(report));
    let groups = group::groups(&report.outcome.scenarios);
    for group in &groups {
        lines.push(String::new());
        lines.extend(block::block(report, group));
    }
    if !groups.is_empty() {
        lines.extend([String::new(), paint(paint::FAINT, LEGEND)]);
    }
    lines.push(String::new());
    lines.extend(foot(report));
    let mut text = lines.join("\n");
    text.push('\n');
    match colour {
        Colour::Always => text,
        Colour::Never => anstream::adapter::strip_str(&text).to_string(),
    }
}

impl Report {
    /// Asserts that the server [passed](Report::passed).
    ///
    /// # Panics
    ///
    /// If a *must* failed: with the requirement, the expected, the actual, and the timeline. Also
    /// if a scenario proved nothing or was skipped, because a test that proves nothing must not
    /// pass. The message is the whole report.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.passed(), "the server did not pass\n\n{}", render(self, Colour::Never));
    }
}

/// The meaning of the signs in a lane between its events.
const LEGEND: &str =
    "    lanes: │ there  ║ request under way  ┆ no longer listening  ▒ gate closed  ▶ the finding";

fn head(report: &Report) -> Vec<String> {
    let outcome = &report.outcome;
    let title = clean(&outcome.subject, 60);
    let mut lines = vec![format!("{} {title}", paint(paint::STRONG, "lastorders ·"))];
    let mut fact = |name: &str, text: &str| {
        for (n, part) in paint::wrap(&clean(text, 400), WIDTH - 12).iter().enumerate() {
            let name = if n == 0 { name } else { "" };
            lines.push(paint(paint::FAINT, &format!("  {name:<9} {part}")));
        }
    };
    fact("command", &outcome.command);
    fact("postgres", &outcome.postgres);
    let n = outcome.scenarios.len();
    let s = if n == 1 { "" } else { "s" };
    let seconds = outcome.duration.as_secs_f64();
    fact("run", &format!("{n} scenario{s} in {seconds:.1} s, seed {}", outcome.seed));
    if let Some(note) = &report.note {
        fact("note", note);
    }
    lines
}

fn foot(report: &Report) -> Vec<String> {
    let summary = report.outcome.summary();
    let mut lines = Vec::new();
    if let Some(signal) = report.outcome.interrupted {
        let text =
            format!("interrupted by signal {signal}: every scenario that had not ended is skipped");
        lines.push(paint(paint::FOUND, &text));
    }
    if summary.inconclusive + summary.skipped > 0 {
        let text = format!(
            "NOT PROVED: {} inconclusive, {} skipped; these prove nothing about the server",
            summary.inconclusive, summary.skipped
        );
        lines.push(paint(paint::UNSURE, &text));
    }
    let text = format!(
        "{} pass, {} warn, {} fail, {} inconclusive, {} skipped",
        summary.passed, summary.warned, summary.failed, summary.inconclusive, summary.skipped
    );
    lines.push(paint(paint::FAINT, &text));
    // Programs read the last line, so it has no colour.
    lines.push(format!(
        "{} passed, {} failed, {} skipped",
        summary.passed + summary.warned,
        summary.failed,
        summary.inconclusive + summary.skipped
    ));
    lines
}
