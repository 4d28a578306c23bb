//! The time from the last thing that a server has to wait for to its exit.

use std::collections::BTreeSet;

use super::{Finding, View};
use crate::history::{Event, EventKind, Moments};

/// Returns a finding if the exit came more than `budget_ms` after the last thing that the server
/// had to wait for. These things are the signal, the end of a lame duck, the last answer, the end
/// of an upgraded connection, and the opening of a gate.
pub(super) fn exit_within(history: &View<'_>, budget_ms: u64) -> Option<Finding> {
    let moments = history.moments();
    let due = due(&moments, history)?;
    let expected = format!("the process exits within {budget_ms} ms when nothing is left to do");
    let Some(exited) = moments.exited else {
        let killed = moments.killed?;
        let actual = format!("it still ran {}", moments.when(killed));
        let took = killed.saturating_sub(due);
        let late = Finding::late(expected, actual).measured(budget_ms, took);
        return Some(late.since(due).at(killed));
    };
    let waited = exited.saturating_sub(due) / 1000;
    (waited > budget_ms).then(|| {
        let actual = format!(
            "it exited {waited} ms after the last thing that it had to wait for, {}",
            moments.when(exited)
        );
        Finding::late(expected, actual).measured(budget_ms, waited * 1000).since(due).at(exited)
    })
}

/// The time of the last thing that the server had to wait for, in microseconds.
fn due(moments: &Moments, history: &View<'_>) -> Option<u64> {
    let end = moments.exited.or(moments.killed)?;
    let waits = history.events.iter().filter(|event| is_awaited(event)).map(|event| event.at_us);
    let last = waits.chain(upgraded(history)).filter(|at| *at <= end).max();
    Some(moments.due_from()?.max(last.unwrap_or(0)).min(end))
}

fn is_awaited(event: &Event) -> bool {
    matches!(event.what, EventKind::Answered { .. } | EventKind::Opened { .. })
}

/// The ends of the upgraded connections. A connection that was open at the exit counts as ended
/// then: the order in which a client observes the two ends proves nothing.
fn upgraded(history: &View<'_>) -> impl Iterator<Item = u64> {
    let end = history.moments().exited.unwrap_or(u64::MAX);
    let asked = history.exchanges().iter().filter(|exchange| exchange.is_upgrade());
    let conns: BTreeSet<&str> = asked.map(|exchange| exchange.conn).collect();
    let connections = history.connections().iter();
    connections
        .filter(move |connection| conns.contains(connection.conn.as_str()))
        .map(move |connection| connection.ended.map_or(end, |(at, _)| at.min(end)))
}
