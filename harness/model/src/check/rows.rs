//! What the ledger's checks ask of the rows in `jobs`.

use std::collections::BTreeMap;

use super::Finding;
use crate::history::{EventKind, History};

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
