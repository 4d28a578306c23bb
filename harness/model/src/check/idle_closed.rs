use super::{Check, Finding, View};
use crate::history::{Connection, End, Exchange};
use crate::plan::Plan;

/// An idle connection must not delay the shutdown.
pub(super) const CHECK: Check = Check {
    id: "idle-closed",
    about: "every connection that was idle at the signal is closed promptly by the server",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let (Some(signalled), Some(due)) = (moments.signalled, moments.due_from()) else {
        return Vec::new();
    };
    let exchanges = history.exchanges();
    let budget = plan.contract.prompt_ms;
    let connections = history.connections();
    let idle: Vec<_> = connections
        .iter()
        .filter(|connection| was_idle(connection, exchanges, signalled))
        .collect();
    // A connection that was never closed is later than all others.
    let latest = idle
        .iter()
        .map(|connection| {
            // The end of the process ends its connections, even if no client observed that.
            let closed = closed_at(connection).or(moments.exited);
            (closed.unwrap_or(u64::MAX), connection)
        })
        .filter(|(at, _)| at.saturating_sub(due) > budget * 1000)
        .collect::<Vec<_>>();
    let Some((at, worst)) = latest.iter().max_by_key(|(at, _)| *at) else { return Vec::new() };
    let expected = format!("each idle connection is closed within {budget} ms of the shutdown");
    let when = match *at {
        u64::MAX => "was never closed".to_owned(),
        at => format!("was closed {}", moments.when(at)),
    };
    let actual = format!("{} of {} were not; {} {when}", latest.len(), idle.len(), worst.conn);
    vec![Finding::late(expected, actual).measured(budget, at.saturating_sub(due))]
}

fn was_idle(connection: &Connection, exchanges: &[Exchange], signalled: u64) -> bool {
    let open =
        connection.opened_us < signalled && connection.ended.is_none_or(|(at, _)| at >= signalled);
    let busy = exchanges.iter().any(|exchange| {
        exchange.conn == connection.conn
            && exchange.first_us < signalled
            && (exchange.ended_us >= signalled || exchange.is_upgrade())
    });
    open && !busy
}

/// The time at which the server or the client closed the connection.
fn closed_at(connection: &Connection) -> Option<u64> {
    let (at, by) = connection.ended?;
    match by {
        End::Fin | End::Reset | End::Client => Some(at),
        End::Malformed | End::TooLong | End::Refused | End::Silence => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::Sign;
    use crate::plan::Intent;

    /// Two used connections, both silent; one that was never used; and the signal.
    fn idle() -> Story {
        let used = ready().at(200).posts("a").posts("b").at(210);
        used.answered("a", 201).answered("b", 201).connects("c").at(300).signalled()
    }

    #[test]
    fn connection_that_is_idle_at_the_signal_closes_promptly() {
        let all = |story: Story, by| story.closed("a", by).closed("b", by).closed("c", by);
        let lame = || idle().at(310).visible(Sign::Unavailable).at(3_300).listener_gone();
        let upgraded = ready().at(200).connects("a").sends("a", Intent::Upgrade).at(210);
        let rows: [Row<'_>; 11] = [
            (
                "one that carries something else than HTTP is not idle",
                upgraded.answered("a", 101).at(300).signalled().at(8_000).closed("a", End::Fin),
                &[],
            ),
            ("closed at once", all(idle().at(310), End::Fin), &[]),
            ("reset by the exit", all(idle().at(310), End::Reset).exits(0), &[]),
            ("at the end of a lame duck", all(lame().at(3_400), End::Fin).exits(0), &[]),
            ("long after the lame duck", all(lame().at(6_400), End::Fin), &["Late … 3 of 3"]),
            (
                "one of them when its own timeout fired",
                all(idle().at(310).closed("a", End::Fin).at(5_300), End::Fin),
                &["Late Must … 2 of 3 were not; c@1 was closed 5.0 s after SIGTERM"],
            ),
            ("nobody looked, and the process has gone", idle().at(310).exits(0), &[]),
            (
                "nobody looked, and the process went late",
                idle().at(5_300).exits(0),
                &["Late Must … 3 of 3 were not; c@1 was closed 5.0 s after SIGTERM"],
            ),
            (
                "when the world killed the server",
                all(idle().at(10_300).killed(), End::Reset),
                &["Late Must … 3 of 3 were not; c@1 was never closed"],
            ),
            (
                "closed before the signal",
                ready().at(200).connects("a").at(210).closed("a", End::Fin).at(300).signalled(),
                &[],
            ),
            (
                "one that is busy is not idle",
                ready().at(200).posts("a").at(300).signalled().at(6_000).answered("a", 201),
                &[],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
