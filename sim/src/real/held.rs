use std::collections::BTreeSet;

use lastorders_model::history::{EventKind, History};
use lastorders_model::plan::Intent;

/// The requests in flight at the first signal of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Each request as its actor and its number there, from 1.
    pub(super) requests: BTreeSet<(String, usize)>,
    /// Number of signals that were sent while one of them was in flight.
    pub(super) signals: u64,
    /// Whether other work was answered before the first of them began.
    pub(super) others_before: bool,
    /// The start of the first request, in microseconds since the server was ready.
    pub(super) from_us: u64,
    /// The last of those signals, in microseconds since the server was ready.
    pub(super) until_us: u64,
}

impl Held {
    /// Finds work whose last byte was sent by the first signal, and that ended later.
    pub(super) fn of(history: &History) -> Self {
        let times = |test: fn(&EventKind) -> bool| {
            history.events.iter().filter(move |event| test(&event.what)).map(|event| event.at_us)
        };
        let ready = times(|what| matches!(what, EventKind::Ready)).next().unwrap_or(0);
        let signals: Vec<u64> = times(|what| matches!(what, EventKind::Signalled { .. })).collect();
        let Some(&first) = signals.first() else { return Self::default() };
        let exchanges = history.exchanges();
        let work = || exchanges.iter().filter(|exchange| exchange.intent == Intent::Work);
        let held: Vec<_> = work()
            .filter(|it| it.last_us.is_some_and(|last| last <= first) && it.ended_us > first)
            .collect();
        let number = |id: &str| id.rsplit_once('#')?.1.parse::<usize>().ok();
        let requests = held.iter().filter_map(|exchange| {
            Some((exchange.actor.to_owned(), number(&exchange.request.id)?))
        });
        let begun = held.iter().map(|exchange| exchange.first_us).min().unwrap_or(first);
        let ended = held.iter().map(|exchange| exchange.ended_us).max().unwrap_or(0);
        let during: Vec<u64> = signals.into_iter().filter(|at| *at < ended).collect();
        Self {
            requests: requests.collect(),
            signals: during.len() as u64,
            others_before: work().any(|exchange| exchange.ended_us <= begun),
            from_us: begun.saturating_sub(ready),
            until_us: during.last().copied().unwrap_or(first).saturating_sub(ready),
        }
    }
}
