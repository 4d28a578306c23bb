use std::fmt;

use super::{
    aborted_early, canary, counted_by_handler, counter_leaked, deadline_restarts,
    executed_after_fin, health_late, idle_closed_unread, lame_duck_skipped, listener_dropped,
    no_connection_close, pool_first, readiness_after_seal, release_unbounded, second_signal_fatal,
    second_signal_ignored, upgraded_forgotten, wrong_goaway,
};

/// Whether this build's server has injected bugs and rare paths: only with `--cfg lastorders_sim`.
pub const BUILT_IN: bool = cfg!(lastorders_sim);

/// What the user can do where [`BUILT_IN`] is `false`: the end of an error or of a note.
pub(crate) const HINT: &str = "`cargo sim` builds with them (--cfg lastorders_sim)";

/// An injected bug.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bug {
    /// Its name, as in `bug:NAME`, and the key by which the server knows it.
    pub name: &'static str,
    /// What is wrong, in one sentence.
    pub wrong: &'static str,
    /// Where people met it; `None` if we know of no report.
    pub seen_in: Option<&'static str>,
    /// The checks that should find it, the likeliest first.
    pub found_by: &'static [&'static str],
    /// How it is made.
    pub made: Made,
}

/// How a bug is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Made {
    /// In the server. The real program has the bug too, if built with `--cfg lastorders_sim` and
    /// started with `LASTORDERS_INJECT` set to the name.
    InServer,
    /// Around its connections: GOAWAY frames are rewritten on their way out.
    WrongGoaway,
}

impl Bug {
    /// Every bug: the canary, and then by what of the sequence they break.
    pub const ALL: [&'static Self; 18] = [
        &canary::BUG,
        &readiness_after_seal::BUG,
        &health_late::BUG,
        &lame_duck_skipped::BUG,
        &listener_dropped::BUG,
        &no_connection_close::BUG,
        &idle_closed_unread::BUG,
        &executed_after_fin::BUG,
        &wrong_goaway::BUG,
        &upgraded_forgotten::BUG,
        &counted_by_handler::BUG,
        &counter_leaked::BUG,
        &deadline_restarts::BUG,
        &aborted_early::BUG,
        &second_signal_ignored::BUG,
        &second_signal_fatal::BUG,
        &pool_first::BUG,
        &release_unbounded::BUG,
    ];

    /// The bug of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|bug| bug.name == name)
    }

    /// Whether the real program can have it.
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
