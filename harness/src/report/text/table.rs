use anstyle::Style;
use lastorders_model::check::{Level, Verdict};
use lastorders_model::terminal::paint::{self, WIDTH, paint};

use crate::report::Report;
use crate::run::ScenarioOutcome;

/// One line a scenario: verdict, id, level, title and duration.
pub(super) fn table(report: &Report) -> Vec<String> {
    let scenarios = &report.outcome.scenarios;
    let id_width = scenarios.iter().map(|outcome| outcome.scenario.id.len()).max().unwrap_or(0);
    scenarios.iter().map(|outcome| line(outcome, id_width)).collect()
}

fn line(outcome: &ScenarioOutcome, id_width: usize) -> String {
    let (word, style) = word(outcome.verdict);
    let scenario = &outcome.scenario;
    let time = format!("{:.1} s", outcome.duration.as_secs_f64());
    let room = WIDTH.saturating_sub(2 + 12 + 1 + id_width + 2 + 6 + 2 + 8);
    let title = paint::cut(scenario.title, room);
    format!(
        "  {} {:<id_width$}  {:<6}  {title:<room$}{}",
        paint(style, &format!("{word:<12}")),
        scenario.id,
        level(scenario.level),
        paint(paint::FAINT, &format!("{time:>8}")),
    )
}

/// A verdict's word in reports, and its colour.
pub(super) fn word(verdict: Option<Verdict>) -> (&'static str, Style) {
    match verdict {
        None => ("not run", paint::UNSURE),
        Some(Verdict::Pass) => ("pass", paint::GOOD),
        Some(Verdict::Warn) => ("warn", paint::STIMULUS),
        Some(Verdict::Inconclusive) => ("inconclusive", paint::UNSURE),
        Some(Verdict::Fail) => ("FAIL", paint::FOUND),
    }
}

/// A level's word in reports.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Should => "should",
        Level::Must => "must",
    }
}
