//! The server's database sessions, as the proxy saw them.

use std::collections::BTreeMap;

use crate::history::{Event, EventKind, History, Session};

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
