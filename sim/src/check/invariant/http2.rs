use lastorders_model::history::End;

use super::{Check, Finding, RunView, Whose};
use crate::check::records::{Ask, Conn};

pub(super) const CHECK: Check = Check {
    id: "http2",
    about: "over HTTP/2 no request above the last GOAWAY is executed, and every other is answered",
    whose: Whose::Every,
    judge,
};

/// A client knows the last GOAWAY. Requests above the GOAWAY end as refused, and a client may send
/// them to another server.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let conns = view.records.conns.iter().enumerate();
    let http2 = conns.filter(|(_, conn)| conn.http2 && conn.is_known());
    let findings = http2.flat_map(|(place, conn)| {
        executed(view, place, conn).into_iter().chain(unanswered(view, place, conn))
    });
    findings.collect()
}

/// Looks for a connection whose application executed more requests than were not refused.
fn executed(view: &RunView<'_>, place: usize, conn: &Conn<'_>) -> Option<Finding> {
    let sent = || view.records.asks_on(place).filter(|ask| ask.last.is_some());
    let refused = |ask: &&Ask<'_>| matches!(ask.ended, Some((_, End::Refused, _)));
    let first = sent().find(refused)?;
    let may_be = sent().count() - sent().filter(refused).count();
    let executed = view.records.calls_on(place).count();
    if executed <= may_be {
        return None;
    }
    let (at, ..) = first.ended?;
    let actual = format!("{executed} of {} were, on {}", sent().count(), conn.name);
    let expected = format!("at most {may_be} requests are executed, the others were refused");
    Some(Finding::violation(expected, actual).at(at.us).about(first.id))
}

/// Looks for requests without an answer or a refusal on a connection that closed in order.
fn unanswered(view: &RunView<'_>, place: usize, conn: &Conn<'_>) -> Vec<Finding> {
    let deadline = view.may_cut_from();
    if !was_heard(view, place, conn) {
        return Vec::new();
    }
    let asks = view.records.asks_on(place).filter(|ask| ask.last.is_some());
    let findings = asks.filter_map(|ask| {
        let (at, by, _) = ask.ended?;
        let judged = by == End::Fin && at.us < deadline && !view.is_lost(conn, at.us);
        judged.then(|| {
            let actual = format!("closed without one {}", view.when(at.us));
            Finding::violation("an answer, or a refusal", actual).at(at.us).about(ask.id)
        })
    });
    findings.collect()
}

/// Whether the client's preface had reached the server before the close. A client sends the preface
/// as soon as it is connected. Without the preface the server cannot know that the connection
/// speaks HTTP/2, so the server cannot send a GOAWAY.
fn was_heard(view: &RunView<'_>, place: usize, conn: &Conn<'_>) -> bool {
    let Some((closed, _)) = conn.closed() else { return true };
    let link = view.link(conn.actor());
    let arrived = conn.connected.is_some_and(|at| at.us + link.to_server_us <= closed.us);
    let arrived = arrived && !view.link_was(None, conn.actor(), closed.us);
    arrived || view.records.calls_on(place).next().is_some()
}

#[cfg(test)]
mod tests {
    use lastorders_model::plan::{Contract, Draft};

    use super::super::testing::{Row, Story, expect, ready};
    use super::*;
    use crate::case::Case;

    #[test]
    fn http2_request_is_answered_or_refused_and_never_both_refused_and_executed() {
        let mut draft = Draft::new("group/name", 1, Contract::default());
        draft.http2_client("a").connect();
        let case = Case::plain(draft.finish());
        let two = || -> Story {
            let one = ready().joins("a").asks("a").at(300).term().drains().serves("a", false);
            one.at(320).sends("a").at(330)
        };
        let silenced = |us| -> Story {
            ready().joins("a").sends("a").at_us(us).shut("a", 0).ended("a", End::Fin, 0)
        };
        let rows: [Row<'_>; 8] = [
            ("answered", two().begins("a").serves("a", false), &[]),
            ("refused", two().ended("a", End::Refused, 0), &[]),
            (
                "refused, and executed",
                two().begins("a").ended("a", End::Refused, 0),
                &["Violation Must at most 1 requests … 2 of 2 were, on a@1"],
            ),
            (
                "closed on it",
                two().ended("a", End::Fin, 0),
                &["Violation Must … closed without one 30 ms after SIGTERM"],
            ),
            ("nothing had come of it when it was closed for being silent", silenced(100_499), &[]),
            ("its preface had come", silenced(100_500), &["Violation Must … closed without one"]),
            ("its client left", two().ended("a", End::Client, 0), &[]),
            ("at the deadline", two().at(8_300).ended("a", End::Fin, 0), &[]),
        ];
        expect(&CHECK, &case, &rows);
    }
}
