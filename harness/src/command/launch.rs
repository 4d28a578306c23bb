use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::{Environment, quote};

/// What is needed to start the server under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// How reports call it: a directory's name, or the command.
    pub name: String,
    /// The program: a path, or a name to be looked up in `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its working directory.
    pub cwd: PathBuf,
    /// Which variables of our environment the server gets.
    pub environment: Environment,
    /// More variables, which take precedence. `PORT` and `DATABASE_URL` have no effect here,
    /// because the judge sets both.
    pub env: Vec<(OsString, OsString)>,
    /// How long it may take to be ready, if not the contract's time.
    pub ready_timeout: Option<Duration>,
}

impl Launch {
    /// The command, as one would type it.
    #[must_use]
    pub fn command_line(&self) -> String {
        quote(std::iter::once(&self.program).chain(&self.args))
    }
}
