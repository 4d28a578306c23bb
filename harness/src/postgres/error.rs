use std::fmt;

use lastorders_model::terminal::paint::{WIDTH, wrap};

use super::advice::{Attempt, ranked};

/// No source gave a Postgres. The text lists every attempt, and then numbered fixes, least effort
/// first, in lines of at most 100 columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartError {
    /// Every source that was tried, in order; at least one.
    pub attempts: Vec<Attempt>,
}

impl std::error::Error for StartError {}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed to get a Postgres; tried, in this order:")?;
        for attempt in &self.attempts {
            write_indented(f, "  ", &attempt.to_string())?;
        }
        let fixes = ranked(&self.attempts);
        f.write_str("\nany one of these is enough, least effort first:")?;
        for (at, fix) in fixes.iter().enumerate() {
            write_indented(f, &format!("  {}. ", at + 1), fix)?;
        }
        Ok(())
    }
}

/// Writes the text on a new line that begins with `mark`, wrapped into indented lines below.
fn write_indented(f: &mut fmt::Formatter<'_>, mark: &str, text: &str) -> fmt::Result {
    let indent = if mark.trim().is_empty() { 4 } else { mark.len() };
    // Messages of other programs may have several lines.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (at, line) in wrap(&text, WIDTH - indent).iter().enumerate() {
        match at {
            0 => write!(f, "\n{mark}{line}")?,
            _ => write!(f, "\n{:indent$}{line}", "")?,
        }
    }
    Ok(())
}

impl From<Attempt> for StartError {
    fn from(attempt: Attempt) -> Self {
        Self { attempts: vec![attempt] }
    }
}

/// A database and its roles could not be made or removed.
#[derive(Debug, thiserror::Error)]
#[error("failed to {doing} database and role `{name}`: {source}")]
pub struct LeaseError {
    pub(super) doing: &'static str,
    pub(super) name: String,
    pub(super) source: sqlx::Error,
}

/// Something that this run made could not be removed. The text has a line for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopError {
    /// What remains, and why.
    pub problems: Vec<String>,
}

impl std::error::Error for StopError {}

impl fmt::Display for StopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed to remove everything (`lastorders clean` tries again):")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

/// An error with its causes. Docker's clients put the actual reason in the last cause.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// The last lines of a server's log, on one line.
pub(super) fn log_tail(log: &[u8]) -> String {
    let log = String::from_utf8_lossy(log);
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(6)..].join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::advice::{Effort, Fix};

    #[test]
    fn start_error_ends_with_numbered_advice_and_fits_100_columns() {
        let fix = Fix::new(Effort::Install, "install a server: `apt-get install postgresql`");
        let long = "no server in any place where packages put it ".repeat(6);
        let attempts = vec![
            Attempt::new("local: binaries", format!("{long}\n and more"), fix),
            Attempt::new("docker: a container", "refused", Fix::new(Effort::Start, "start it")),
        ];
        let text = StartError { attempts }.to_string();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let advice = text.split_once("least effort first:\n").expect("advice").1;
        let numbered: Vec<&str> = advice.lines().filter(|line| line.contains(". ")).collect();
        assert!(numbered[0] == "  1. start it", "{text}");
        assert!(numbered[1].starts_with("  2. install a server"), "{text}");
        assert!(numbered[2].starts_with("  3. name a server that you have"), "{text}");
    }
}
