use lastorders_model::terminal::clean;
use lastorders_model::terminal::paint::{self, WIDTH, paint};

/// Whether a machine has what is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitness {
    /// It has it.
    Has,
    /// It lacks it, and something else may do in its place.
    Optional,
    /// It lacks it, and nothing goes without.
    Lacks,
}

/// What a machine has and lacks: each what was looked at, the state, what was found, the fix.
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
