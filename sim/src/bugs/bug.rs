use std::fmt;

/// Whether this build's server has injected bugs and rare paths: only with `--cfg lastorders_sim`.
pub const BUILT_IN: bool = cfg!(lastorders_sim);

/// The end of an error or a note where [`BUILT_IN`] is `false`: what the user can do.
pub(crate) const HINT: &str = "`cargo sim` builds with them (--cfg lastorders_sim)";

/// An injected bug.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bug {
    /// The name, as in `bug:NAME`. The server has the same bug under the same name.
    pub name: &'static str,
    /// The fault, in one sentence.
    pub wrong: &'static str,
    /// Where people reported the fault; `None` if we know of no report.
    pub seen_in: Option<&'static str>,
    /// The checks that find the bug. The first check in this list is the one that most often fails
    /// first in a case.
    pub found_by: &'static [&'static str],
    /// How the bug is made.
    pub made: Made,
}

/// How a bug is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Made {
    /// The server has the bug. So has the real program, if it is built with `--cfg lastorders_sim`
    /// and started with `LASTORDERS_INJECT` set to the name.
    InServer,
    /// A wrapper around the server's connections rewrites outgoing GOAWAY frames.
    WrongGoaway,
}

impl Bug {
    /// Whether the real program can have the bug.
    #[must_use]
    pub fn is_in_server(&self) -> bool {
        match self.made {
            Made::InServer => true,
            Made::WrongGoaway => false,
        }
    }

    /// Whether this build has the bug.
    ///
    /// # Errors
    ///
    /// If the bug is in the server, and the server is built without injected bugs.
    pub fn check_built_in(&self) -> Result<(), NotBuiltIn> {
        if self.is_in_server() && !BUILT_IN { Err(NotBuiltIn(vec![self.name])) } else { Ok(()) }
    }
}

/// The caller asked for bugs that this build's server does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBuiltIn(pub(crate) Vec<&'static str>);

impl fmt::Display for NotBuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bugs, names) = (if self.0.len() == 1 { "bug" } else { "bugs" }, self.0.join(", "));
        write!(f, "cannot simulate the {bugs} {names}: this build has no injected bugs; {HINT}")
    }
}

impl std::error::Error for NotBuiltIn {}
