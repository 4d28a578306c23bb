use lastorders::planted::Planted;

use super::{
    aborted_early, canary, counted_by_handler, counter_leaked, deadline_restarts,
    executed_after_fin, health_late, idle_closed_unread, lame_duck_skipped, listener_dropped,
    no_connection_close, pool_first, readiness_after_seal, release_unbounded, second_signal_fatal,
    second_signal_ignored, upgraded_forgotten, wrong_goaway,
};

/// A planted bug.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bug {
    /// Its name, as in `bug:NAME`.
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
    /// In the server, so the real program can have it: built with the feature `planted`, and
    /// started with `LASTORDERS_PLANTED` set to the name.
    InServer(Planted),
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
            Made::InServer(_) => true,
            Made::WrongGoaway => false,
        }
    }
}
