use lastorders_model::history::End;

use super::RunView;
use super::coverage::{Class, Fault, Outcome, Tuple};
use super::records::{Ask, Conn};
use crate::case::LinkChange;

/// The coverage of a run: a tuple for each request, and for each connection without a request.
pub(super) fn covered(view: &RunView<'_>) -> Vec<Tuple> {
    let records = &view.records;
    let mut tuples = Vec::with_capacity(records.asks.len() + records.conns.len());
    for (place, conn) in records.conns.iter().enumerate() {
        if conn.name == "?" {
            continue;
        }
        let class = class(view, place);
        let mut add = |since_us, end_us, outcome| {
            let fault = fault(view, conn, since_us, end_us);
            tuples.push(Tuple { phase: view.phase_at(end_us), class, fault, outcome });
        };
        let mut none = true;
        for ask in records.asks_on(place) {
            let (end_us, outcome) = of_ask(view, conn, ask);
            add(ask.first_us, end_us, outcome);
            none = false;
        }
        if none {
            let since = conn.connected.or(conn.accepted).map_or(0, |at| at.us);
            let (end_us, outcome) = of_conn(view, conn);
            add(since, end_us, outcome);
        }
    }
    tuples
}

/// The kind of a connection.
pub(super) fn class(view: &RunView<'_>, place: usize) -> Class {
    let records = &view.records;
    let conn = &records.conns[place];
    let asks = || records.asks_on(place);
    if !conn.is_known() {
        Class::Pooled
    } else if conn.http2 {
        Class::Http2
    } else if records.is_upgraded(place) {
        Class::Upgraded
    } else if conn.half_closed.is_some() {
        Class::HalfClosed
    } else if asks().next().is_none() {
        Class::Silent
    } else if asks().any(|ask| matches!(ask.ended, Some((_, End::Client, _)))) {
        Class::Leaving
    } else if asks().any(|ask| ask.pipelined) {
        Class::Pipelined
    } else if asks().any(|ask| ask.parts) {
        Class::SlowRequest
    } else if asks().nth(1).is_some() {
        Class::KeepAlive
    } else {
        Class::OneShot
    }
}

fn of_ask(view: &RunView<'_>, conn: &Conn<'_>, ask: &Ask<'_>) -> (u64, Outcome) {
    if let Some((at, answer)) = ask.answered {
        let outcome = match answer.status {
            100..300 => Outcome::Done,
            503 => Outcome::Refused,
            _ => Outcome::Other,
        };
        return (at.us, outcome);
    }
    match (ask.ended, conn.ended) {
        (Some((at, by, partly)), _) => (at.us, of_end(by, partly, true)),
        (None, Some((at, by))) => (at.us, of_end(by, false, true)),
        (None, None) => (view.records.last_us, Outcome::Silence),
    }
}

fn of_conn(view: &RunView<'_>, conn: &Conn<'_>) -> (u64, Outcome) {
    match (conn.refused, conn.ended) {
        (Some((at, _)), _) => (at.us, Outcome::NotConnected),
        (None, Some((at, by))) => (at.us, of_end(by, false, false)),
        (None, None) => (view.records.last_us, Outcome::Silence),
    }
}

fn of_end(by: End, partly: bool, owed: bool) -> Outcome {
    match by {
        End::Client => Outcome::Left,
        End::Silence => Outcome::Silence,
        End::Refused => Outcome::Refused,
        End::Malformed | End::TooLong => Outcome::Cut,
        End::Fin | End::Reset if partly => Outcome::Cut,
        End::Reset => Outcome::Reset,
        End::Fin if owed => Outcome::Unanswered,
        End::Fin => Outcome::Closed,
    }
}

/// The worst fault of a connection between the two times.
fn fault(view: &RunView<'_>, conn: &Conn<'_>, since_us: u64, end_us: u64) -> Fault {
    let records = &view.records;
    let ready = records.ready.map_or(0, |at| at.us);
    let mut stalls = view.case.conditions.store.stalls.iter();
    let mut outages = view.case.conditions.store.outages.iter();
    let again = records.signals.iter().skip(1).any(|(at, _)| at.us <= end_us);
    if view.link_was(Some(LinkChange::Cut), conn.actor(), end_us) {
        Fault::Cut
    } else if view.link_was(Some(LinkChange::Hold), conn.actor(), end_us) {
        Fault::Hold
    } else if records.broken.is_some_and(|at| at.us <= end_us)
        || outages.any(|it| ready + it.from_us <= end_us && since_us <= ready + it.until_us)
    {
        Fault::Broken
    } else if stalls.any(|it| ready + it.from_us <= end_us && since_us <= ready + it.until_us) {
        Fault::Stall
    } else if again {
        Fault::Signal
    } else {
        Fault::None
    }
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::ConnectError;
    use lastorders_model::plan::Intent;

    use super::super::coverage::Phase;
    use super::super::testing::{Story, case, draining, ready};
    use super::*;

    fn of(story: Story) -> Vec<(Phase, Class, Fault, Outcome)> {
        let case = case();
        let (history, ended) = story.end();
        let tuples = covered(&RunView::of(&case, &history, &ended));
        tuples.into_iter().map(|it| (it.phase, it.class, it.fault, it.outcome)).collect()
    }

    #[test]
    fn each_request_and_each_silent_connection_gives_a_tuple() {
        let twice = ready().posts("a").at(200).serves("a", false).at(300).term().drains();
        let kept = twice.at(310).asks("a").serves("a", true).parts("a");
        let done = |phase| (phase, Class::KeepAlive, Fault::None, Outcome::Done);
        assert_eq!(of(kept), [done(Phase::Serving), done(Phase::Draining)]);
        let rows = [
            (
                draining().refused("a", ConnectError::Refused),
                (Phase::Draining, Class::Silent, Fault::None, Outcome::NotConnected),
            ),
            (
                ready().joins("a").at(300).term().drains().at(550).parts("a").done(),
                (Phase::Done, Class::Silent, Fault::None, Outcome::Closed),
            ),
            (
                ready().posts("a").at(300).term().drains().at(400).term().ended(
                    "a",
                    End::Client,
                    0,
                ),
                (Phase::Draining, Class::Leaving, Fault::Signal, Outcome::Left),
            ),
            (
                ready()
                    .joins("a")
                    .sends_part("a", Intent::Work, (true, false))
                    .at(300)
                    .term()
                    .at(8_300)
                    .phase("aborting")
                    .ended("a", End::Reset, 0),
                (Phase::Aborting, Class::SlowRequest, Fault::None, Outcome::Reset),
            ),
        ];
        for (story, expected) in rows {
            assert_eq!(of(story)[0], expected);
        }
    }
}
