use std::fmt;

/// Names one run of the harness in everything that it makes outside itself: containers, databases,
/// roles, directories.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunId(String);

impl RunId {
    /// A new one that no other run has.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The whole name: 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, for names that must be short.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }

    /// What stands in the `DATABASE_URL` of every server of this run, and in no other variable of
    /// any process that is not ours.
    #[must_use]
    pub fn mark(&self) -> String {
        self.prefix()
    }

    /// What the names of this run's databases and roles begin with.
    pub(super) fn prefix(&self) -> String {
        format!("{PREFIX}{}_", self.short())
    }
}

impl AsRef<str> for RunId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What every database and role of ours begins with, whatever the run.
pub(super) const PREFIX: &str = "lastorders_";
