//! The store as checks need it: the rows of `jobs`, and the server's database sessions.

use std::collections::BTreeMap;

use super::Finding;
use crate::history::{EventKind, History, Session};

/// The rows at the end of a run.
pub(super) struct Rows<'a> {
    counts: &'a BTreeMap<String, u32>,
    /// The number of all rows, including rows without a name.
    pub(super) total: u64,
    /// Whether every session of the server had ended, so no row could appear later.
    pub(super) settled: bool,
}

impl<'a> Rows<'a> {
    /// The rows of a run, or a finding with the reason why they are unknown.
    pub(super) fn of(history: &'a History) -> Result<Self, Box<Finding>> {
        let expected = "the rows of jobs are counted when all is over";
        for event in history.events.iter().rev() {
            if let EventKind::Rows { counts, total, sessions_left } = &event.what {
                return Ok(Self { counts, total: *total, settled: *sessions_left == 0 });
            }
            if let EventKind::NoRows { why } = &event.what {
                return Err(Box::new(Finding::inconclusive(expected, why).at(event.at_us)));
            }
        }
        let why = "the run ended before they could be counted";
        Err(Box::new(Finding::inconclusive(expected, why)))
    }

    /// The number of rows with this name.
    pub(super) fn with(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// Every name of a row, with the number of its rows.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, u32)> {
        self.counts.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

/// One database session of the server.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    /// When the server opened the session, in microseconds.
    pub(super) opened_us: u64,
    /// When the server said `Terminate`.
    pub(super) terminated_us: Option<u64>,
    /// When the session ended, and whether the database ended it first.
    pub(super) ended: Option<(u64, bool)>,
    /// Whether the session only cancelled another session's statement.
    cancels: bool,
}

/// Every session by its number, without those that only cancel a statement.
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

/// All changes of sessions: the time in microseconds, the session's number, the change.
pub(super) fn events(history: &History) -> impl Iterator<Item = (u64, u64, &Session)> {
    history.events.iter().filter_map(|event| {
        let EventKind::Session { session, what } = &event.what else { return None };
        Some((event.at_us, *session, what))
    })
}
