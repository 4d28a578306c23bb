use lastorders_model::plan::{Contract, script};
use lastorders_model::scenario::{Scenario, Visibility};
use lastorders_model::terminal::clean;
use lastorders_model::terminal::paint::{self, WIDTH, paint};

use super::table::level;
use crate::report::Colour;
use crate::subject::Language;

/// The catalogue, one line a scenario. The last line counts the scenarios.
#[must_use]
pub fn catalogue_table(scenarios: &[Scenario], colour: Colour) -> String {
    let id_width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for scenario in scenarios {
        let room = WIDTH.saturating_sub(2 + id_width + 2 + 6 + 2 + 6 + 2);
        lines.push(format!(
            "  {:<id_width$}  {:<6}  {:<6}  {}",
            scenario.id,
            level(scenario.level),
            visibility(scenario.visibility),
            paint::cut(scenario.title, room),
        ));
    }
    lines.push(paint(paint::FAINT, &format!("{} scenarios", scenarios.len())));
    finished(&lines, colour)
}

/// A scenario's requirement, its steps, why servers fail it, and the fix in each language.
#[must_use]
pub fn explain(scenario: &Scenario, colour: Colour) -> String {
    let mut lines = vec![
        format!("{} · {}", paint(paint::STRONG, scenario.id), scenario.title),
        paint(
            paint::FAINT,
            &format!(
                "{}, {}; from {}",
                level(scenario.level),
                visibility(scenario.visibility),
                scenario.source
            ),
        ),
        String::new(),
    ];
    lines.extend(paint::wrap(scenario.requirement, WIDTH));
    lines.extend([String::new(), paint(paint::STRONG, "What each actor does")]);
    for (actor, steps) in script(&scenario.plan(0, &Contract::default())) {
        lines.push(format!("  {actor}"));
        lines.extend(steps.iter().map(|step| format!("    {step}")));
    }
    lines.extend([String::new(), paint(paint::STRONG, "Why servers fail it")]);
    lines.extend(indented(scenario.hint.cause, "  "));
    lines.extend([String::new(), paint(paint::STRONG, "How they fix it")]);
    for language in Language::ALL {
        lines.push(format!("  {}", language.name()));
        let fix = paint::lines(language.fix(&scenario.hint), WIDTH - 6);
        lines.extend(fix.iter().map(|line| format!("    │ {line}")));
    }
    finished(&lines, colour)
}

/// Whether a machine has something that the judge can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitness {
    /// The machine has it.
    Has,
    /// The machine lacks it, and the judge can do without.
    Optional,
    /// The machine lacks it, and the judge needs it.
    Lacks,
}

/// What a machine has and lacks. Each row has a name, the state, a detail, and the fix.
#[must_use]
pub fn fitness_table(rows: &[(String, Fitness, String, String)]) -> String {
    let width = rows.iter().map(|(what, ..)| what.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (what, fitness, detail, fix) in rows {
        let (sign, style) = match fitness {
            Fitness::Has => ("✔", paint::GOOD),
            Fitness::Optional => ("–", paint::STIMULUS),
            Fitness::Lacks => ("✗", paint::FOUND),
        };
        let fix = if fix.is_empty() { String::new() } else { format!("; to fix it: {fix}") };
        let words = clean(&format!("{detail}{fix}"), 600);
        for (n, part) in paint::wrap(&words, WIDTH - width - 6).iter().enumerate() {
            let (sign, what) = if n == 0 { (sign, what.as_str()) } else { (" ", "") };
            text.push_str(&format!("  {} {what:<width$}  {part}\n", paint(style, sign)));
        }
    }
    text
}

fn indented(text: &str, indent: &str) -> Vec<String> {
    let lines = paint::wrap(text, WIDTH - indent.len());
    lines.iter().map(|line| format!("{indent}{line}")).collect()
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Hidden => "hidden",
    }
}

fn finished(lines: &[String], colour: Colour) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    match colour {
        Colour::Always => text,
        Colour::Never => anstream::adapter::strip_str(&text).to_string(),
    }
}
