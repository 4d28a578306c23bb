use lastorders_model::history::{ConnectError, End};

use super::records::Call;
use super::{QUANTUM_US, RunView, Sometimes};

/// The situations that a run reached.
pub(super) fn reached(view: &RunView<'_>) -> Sometimes {
    let records = &view.records;
    let mut seen = Sometimes::NONE;
    let Some(notified) = records.notified else {
        seen.note(Sometimes::CLIENT_RESET, saw_reset(view));
        return seen;
    };
    let exited = records.exited.map_or(u64::MAX, |(at, _)| at.us);
    let second = records.signals.get(1).is_some_and(|(at, _)| at.us <= exited);
    let queued = |moment: Option<(_, u32)>| moment.is_some_and(|(_, queued)| queued > 0);
    let spans = records.calls.iter().any(|call| call.spans(notified.us));
    seen.note(Sometimes::IN_FLIGHT_AT_SIGNAL, spans);
    seen.note(Sometimes::QUEUE_AT_SEAL, queued(records.sealing) || queued(records.sealed));
    seen.note(Sometimes::REUSE_AT_FIN, reused_at_fin(view));
    seen.note(Sometimes::SECOND_SIGNAL, second);
    seen.note(Sometimes::BALANCER_TO_DRAINING, balancer_to_draining(view, notified.us));
    seen.note(Sometimes::CLIENT_RESET, saw_reset(view));
    seen.note(Sometimes::HALF_CLOSED_ANSWERED, half_closed_answered(view));
    seen | at_deadline(view)
}

fn at_deadline(view: &RunView<'_>) -> Sometimes {
    let records = &view.records;
    let mut seen = Sometimes::NONE;
    let Some(deadline) = view.deadline_us() else { return seen };
    let lately = deadline.saturating_sub(QUANTUM_US)..=deadline;
    let finished = |call: &Call| {
        let over = call.over().filter(|_| call.cut().is_none());
        over.is_some_and(|over| lately.contains(&over.us))
    };
    seen.note(Sometimes::LAST_QUANTUM, records.calls.iter().any(finished));
    if records.last_us < deadline {
        return seen;
    }
    let left = |call: &Call| {
        call.began.us < deadline && call.over().is_none_or(|over| over.us >= deadline)
    };
    let work_left = records.calls.iter().any(left);
    let ready = records.ready.map_or(0, |at| at.us);
    let stalled = view.case.conditions.store.stalls.iter().any(|stall| {
        ready.saturating_add(stall.from_us) <= deadline
            && deadline <= ready.saturating_add(stall.until_us)
    });
    let upgraded = records.conns.iter().enumerate().any(|(place, conn)| {
        conn.dropped.is_none_or(|(at, _)| at.us >= deadline)
            && !conn.left_by(deadline)
            && records.is_upgraded(place)
    });
    seen.note(Sometimes::WORK_AT_DEADLINE, work_left);
    seen.note(Sometimes::STALL_AT_DEADLINE, work_left && stalled);
    seen.note(Sometimes::UPGRADED_AT_DEADLINE, upgraded);
    seen
}

/// Whether a client sent another request into the FIN: the request was on the link when the server
/// closed, or the client had not received the FIN yet.
fn reused_at_fin(view: &RunView<'_>) -> bool {
    let records = &view.records;
    records.conns.iter().enumerate().any(|(place, conn)| {
        let Some((shut, _)) = conn.shut else { return false };
        let link = view.link(conn.actor());
        let from = shut.us.saturating_sub(link.to_server_us + QUANTUM_US);
        let crossing = from..=shut.us.saturating_add(link.to_client_us);
        let again = records.asks_on(place).skip(1);
        again.into_iter().any(|ask| !ask.pipelined && crossing.contains(&ask.first_us))
    })
}

fn balancer_to_draining(view: &RunView<'_>, notified_us: u64) -> bool {
    let records = &view.records;
    let Some(balancer) = &view.case.conditions.balancer else { return false };
    let balanced =
        |place: usize| balancer.clients.iter().any(|name| name == records.conns[place].actor());
    records.asks.iter().any(|ask| ask.first_us > notified_us && balanced(ask.conn))
}

fn saw_reset(view: &RunView<'_>) -> bool {
    let records = &view.records;
    records.asks.iter().any(|ask| matches!(ask.ended, Some((_, End::Reset, _))))
        || records.conns.iter().any(|conn| {
            matches!(conn.ended, Some((_, End::Reset)))
                || matches!(conn.refused, Some((_, ConnectError::Reset)))
        })
}

fn half_closed_answered(view: &RunView<'_>) -> bool {
    let records = &view.records;
    records.asks.iter().any(|ask| {
        let half_closed = records.conns[ask.conn].half_closed;
        half_closed.is_some_and(|half| ask.answered.is_some_and(|(at, _)| at >= half))
    })
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::EventKind;

    use super::super::testing::{Story, case, draining, ready};
    use super::*;
    use crate::case::{Balancer, Case, Stall};

    fn seen(case: &Case, story: Story) -> Sometimes {
        let (history, ended) = story.end();
        reached(&RunView::of(case, &history, &ended))
    }

    /// Each situation, with a run that reaches it and a run that just misses it.
    #[test]
    fn each_situation_is_reached_by_one_run_and_just_missed_by_another() {
        type Row = (Sometimes, Story, Story);
        let held = || ready().posts("a").at(300).term().drains();
        let idle = || ready().posts("a").at(200).serves("a", false).at(300).term().drains();
        let half =
            |story: Story| story.event("a", EventKind::HalfClosed { conn: "a@1".to_owned() });
        let tunnel = || ready().posts("a").ends("a", Some(101)).at(300).term().drains();
        let rows: Vec<Row> = vec![
            (Sometimes::IN_FLIGHT_AT_SIGNAL, held().at(301).serves("a", true), idle()),
            (
                Sometimes::QUEUE_AT_SEAL,
                ready().at(300).term().sealing(1).sealed(0),
                ready().at(300).term().sealing(0).sealed(0),
            ),
            (
                Sometimes::REUSE_AT_FIN,
                idle().at(550).shut("a", 0).at_us(550_500).sends("a"),
                idle().at(550).shut("a", 0).at_us(550_501).sends("a"),
            ),
            (
                Sometimes::WORK_AT_DEADLINE,
                held().at(8_300).ends("a", None),
                held().at(8_299).serves("a", true).at(9_000).term(),
            ),
            (Sometimes::SECOND_SIGNAL, held().at(310).int(), held()),
            (
                Sometimes::CLIENT_RESET,
                held().at(8_300).ended("a", End::Reset, 0),
                held().at(8_300).ended("a", End::Fin, 0),
            ),
            (
                Sometimes::LAST_QUANTUM,
                held().at(8_299).serves("a", true),
                held().at_us(8_298_999).serves("a", true),
            ),
            (
                Sometimes::HALF_CLOSED_ANSWERED,
                half(held()).at(310).serves("a", true),
                half(held().serves("a", true)).at(310).parts("a").term(),
            ),
            (
                Sometimes::UPGRADED_AT_DEADLINE,
                tunnel().at(8_300).dropped("a", 0),
                tunnel().at(8_299).dropped("a", 0).at(8_300).term(),
            ),
        ];
        for (one, there, missed) in rows {
            assert!(seen(&case(), there).has(one), "{one}");
            assert!(!seen(&case(), missed).has(one), "not {one}");
        }
    }

    #[test]
    fn situations_depend_on_the_conditions_of_the_case() {
        let mut case = case();
        case.conditions.store.stalls = vec![Stall { from_us: 8_000_000, until_us: 8_200_000 }];
        let clients = vec!["a".to_owned()];
        case.conditions.balancer = Some(Balancer { every_us: 1_000, lag_us: 1_000, clients });
        let held = ready().posts("a").at(300).term().drains().at(8_300).ends("a", None);
        assert!(seen(&case, held.clone()).has(Sometimes::STALL_AT_DEADLINE));
        assert!(!seen(&case, held).has(Sometimes::BALANCER_TO_DRAINING));
        case.conditions.store.stalls[0].until_us = 8_199_999;
        let late = draining().at(8_300).posts("a").at(8_301).ends("a", None);
        assert!(!seen(&case, late.clone()).has(Sometimes::STALL_AT_DEADLINE));
        assert!(seen(&case, late).has(Sometimes::BALANCER_TO_DRAINING));
    }
}
