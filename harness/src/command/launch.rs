use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::{Environment, quote};

/// The command that starts the server under test, with its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The server's name in reports: a directory's name, or the program's.
    pub name: String,
    /// The program: a path, or a name that is looked up in `PATH`.
    pub program: OsString,
    /// The program's arguments.
    pub args: Vec<OsString>,
    /// The working directory.
    pub cwd: PathBuf,
    /// Which variables of the judge's environment the server gets.
    pub environment: Environment,
    /// More variables, which take precedence. `PORT` and `DATABASE_URL` have no effect here,
    /// because the judge sets both.
    pub env: Vec<(OsString, OsString)>,
    /// The limit from start to ready, in place of the contract's limit.
    pub ready_timeout: Option<Duration>,
}

impl Launch {
    /// The command, quoted for a shell.
    #[must_use]
    pub fn command_line(&self) -> String {
        quote(std::iter::once(&self.program).chain(&self.args))
    }
}
