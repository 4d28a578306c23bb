use super::{Check, Finding};
use crate::history::{Connection, End, Exchange, History};
use crate::plan::Plan;

/// A connection on which nothing happens holds nothing up.
pub(super) const CHECK: Check = Check {
    id: "idle-closed",
    about: "every connection that was idle at the signal is closed promptly by the server",
    judge,
};

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let (Some(signalled), Some(due)) = (moments.signalled, moments.due_from()) else {
        return Vec::new();
    };
    let exchanges = history.exchanges();
    let budget = plan.contract.prompt_ms;
    let connections = history.connections();
    let idle: Vec<_> = connections
        .iter()
        .filter(|connection| was_idle(connection, &exchanges, signalled))
        .collect();
    // `None` is "never": the latest of all.
    let latest = idle
        .iter()
        .map(|connection| (closed_at(connection).unwrap_or(u64::MAX), connection))
        .filter(|(at, _)| at.saturating_sub(due) > budget * 1000)
        .collect::<Vec<_>>();
    let Some((at, worst)) = latest.iter().max_by_key(|(at, _)| *at) else { return Vec::new() };
    let expected = format!("each idle connection is closed within {budget} ms of the shutdown");
    let when = match *at {
        u64::MAX => "was never closed".to_owned(),
        at => format!("was closed {}", moments.when(at)),
    };
    let actual = format!("{} of {} were not; {} {when}", latest.len(), idle.len(), worst.conn);
    vec![Finding::late(expected, actual)]
}

fn was_idle(connection: &Connection, exchanges: &[Exchange], signalled: u64) -> bool {
    let open =
        connection.opened_us < signalled && connection.ended.is_none_or(|(at, _)| at >= signalled);
    let busy = exchanges.iter().any(|exchange| {
        exchange.conn == connection.conn
            && exchange.first_us < signalled
            && exchange.ended_us >= signalled
    });
    open && !busy
}

/// When the connection was closed; by a client that leaves is as good as by the server.
fn closed_at(connection: &Connection) -> Option<u64> {
    let (at, by) = connection.ended?;
    match by {
        End::Fin | End::Reset | End::Client => Some(at),
        End::Malformed | End::Silence => None,
    }
}
