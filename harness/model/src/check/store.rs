//! What the checks ask of the store: the rows of `jobs`, and the server's database sessions.

use std::collections::BTreeMap;

use super::Finding;
use crate::history::{Event, EventKind, History, Session};

/// The rows, as they were counted at the end.
pub(super) struct Rows<'a> {
    counts: &'a BTreeMap<String, u32>,
    /// How many rows there were in all, those without a name too.
    pub(super) total: u64,
    /// Whether no session of the server was left that could still have made a row.
    pub(super) settled: bool,
}

impl<'a> Rows<'a> {
    /// The rows of a run; or the finding that says why there are none.
    pub(super) fn of(history: &'a History) -> Result<Self, Box<Finding>> {
        let expected = "the rows of jobs are counted when all is over";
        for event in history.events.iter().rev() {
            match &event.what {
                EventKind::Rows { counts, total, sessions_left } => {
                    return Ok(Self { counts, total: *total, settled: *sessions_left == 0 });
                }
                EventKind::NoRows { why } => {
                    return Err(Box::new(Finding::inconclusive(expected, why).at(event.at_us)));
                }
                _ => {}
            }
        }
        let why = "the run ended before they could be counted";
        Err(Box::new(Finding::inconclusive(expected, why)))
    }

    /// How many rows bear this name.
    pub(super) fn with(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Every name that a row bears, and how many do.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, u32)> {
        self.counts.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

/// One session.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    /// When it was opened.
    pub(super) opened_us: u64,
    /// When the server said `Terminate`.
    pub(super) terminated_us: Option<u64>,
    /// When it ended, and whether it was the database that ended it first.
    pub(super) ended: Option<(u64, bool)>,
    /// Whether it was there only to cancel another's statement.
    cancels: bool,
}

/// Every session, by its number.
pub(super) fn sessions(history: &History) -> BTreeMap<u64, Seen> {
    let mut all: BTreeMap<u64, Seen> = BTreeMap::new();
    for (at, session, what) in events(history) {
        let seen = all.entry(session).or_default();
        match what {
            Session::Opened => seen.opened_us = at,
            Session::Terminate => seen.terminated_us = seen.terminated_us.or(Some(at)),
            Session::Fin | Session::Reset => seen.ended = seen.ended.or(Some((at, false))),
            Session::ServerClosed => seen.ended = seen.ended.or(Some((at, true))),
            Session::Cancelling => seen.cancels = true,
            Session::Working | Session::Idle | Session::Withheld => {}
        }
    }
    all.retain(|_, seen| !seen.cancels);
    all
}

/// Everything that happened to sessions: when, to which, and what.
pub(super) fn events(history: &History) -> impl Iterator<Item = (u64, u64, &Session)> {
    history.events.iter().filter_map(|Event { at_us, what, .. }| match what {
        EventKind::Session { session, what } => Some((*at_us, *session, what)),
        _ => None,
    })
}
