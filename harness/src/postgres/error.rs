use std::fmt;

/// One way to a Postgres that did not lead to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried.
    pub tried: String,
    /// What happened.
    pub happened: String,
    /// What would mend it; a command where there is one.
    pub mend: String,
}

impl Attempt {
    pub(super) fn new(
        tried: impl Into<String>,
        happened: impl fmt::Display,
        mend: impl Into<String>,
    ) -> Self {
        Self { tried: tried.into(), happened: happened.to_string(), mend: mend.into() }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    to mend it: {}", self.tried, self.happened, self.mend)
    }
}

/// No Postgres could be had. Displays over several lines, two for each attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartError {
    /// Everything that was tried, in order; at least one.
    pub attempts: Vec<Attempt>,
}

impl std::error::Error for StartError {}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no postgres could be had; tried, in this order:")?;
        for attempt in &self.attempts {
            write!(f, "\n  {attempt}")?;
        }
        Ok(())
    }
}

impl From<Attempt> for StartError {
    fn from(attempt: Attempt) -> Self {
        Self { attempts: vec![attempt] }
    }
}

/// A database and its role could not be made or removed.
#[derive(Debug, thiserror::Error)]
#[error("failed to {doing} database and role `{name}`: {source}")]
pub struct LeaseError {
    pub(super) doing: &'static str,
    pub(super) name: String,
    pub(super) source: sqlx::Error,
}

/// Something that this run made could not be removed. Displays a line for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopError {
    /// What is left, why, and how to remove it.
    pub problems: Vec<String>,
}

impl std::error::Error for StopError {}

impl fmt::Display for StopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not everything could be removed (`lastorders clean` tries again):")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}
