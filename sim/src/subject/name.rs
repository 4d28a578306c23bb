use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bugs::{Bug, NotBuiltIn};

/// The prefix of injected bugs' names.
const BUG: &str = "bug:";

/// A server under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Subject {
    /// `lastorders::serve`.
    Ours,
    /// `axum::serve` with its `with_graceful_shutdown`.
    Axum,
    /// hyper-util's connection builder and its `GracefulShutdown`.
    HyperUtil,
    /// The crate `axum-server`.
    AxumServer,
    /// Our server with an injected bug.
    Injected(&'static Bug),
}

impl Subject {
    /// The servers without bugs, ours first. [`Bug::ALL`] has the bugs.
    pub const ALL: [Self; 4] = [Self::Ours, Self::Axum, Self::HyperUtil, Self::AxumServer];

    /// Whether this is our server, with a bug or without.
    #[must_use]
    pub fn is_ours(self) -> bool {
        match self {
            Self::Ours | Self::Injected(_) => true,
            Self::Axum | Self::HyperUtil | Self::AxumServer => false,
        }
    }

    /// Whether this build can simulate the server.
    ///
    /// # Errors
    ///
    /// If the server has a bug that this build lacks.
    pub fn check_built_in(self) -> Result<(), NotBuiltIn> {
        match self {
            Self::Injected(bug) => bug.check_built_in(),
            Self::Ours | Self::Axum | Self::HyperUtil | Self::AxumServer => Ok(()),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours => f.pad("ours"),
            Self::Axum => f.pad("axum"),
            Self::HyperUtil => f.pad("hyper-util"),
            Self::AxumServer => f.pad("axum-server"),
            Self::Injected(bug) => f.pad(&format!("{BUG}{}", bug.name)),
        }
    }
}

impl FromStr for Subject {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        let known = match name.strip_prefix(BUG) {
            Some(bug) => Bug::find(bug).map(Self::Injected),
            None => Self::ALL.into_iter().find(|it| it.to_string() == name),
        };
        known.ok_or_else(|| Unknown(name.to_owned()))
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

impl TryFrom<String> for Subject {
    type Error = Unknown;

    fn try_from(name: String) -> Result<Self, Unknown> {
        name.parse()
    }
}

/// The name belongs to no server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no subject is called {:?}; there are:", self.0)?;
        Subject::ALL.iter().try_for_each(|it| write!(f, " {it}"))?;
        Bug::ALL.iter().try_for_each(|bug| write!(f, " {BUG}{}", bug.name))
    }
}

impl std::error::Error for Unknown {}
