use lastorders_model::plan::{Intent, Request};

use super::{Check, Finding, RunView, Whose};
use crate::check::records::{Conn, Moment};

pub(super) const CHECK: Check = Check {
    id: "unread",
    about: "the server reads all arrived bytes before it closes an idle connection",
    whose: Whose::Every,
    judge,
};

/// Judges closes before the deadline, if the client is present and got no `Connection: close`. The
/// bytes must have been in the socket at the close, and the server must not have read since they
/// came. Bytes on the link, or from the same instant, prove nothing.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(notified) = records.notified else { return Vec::new() };
    let mut findings = Vec::new();
    for (place, conn) in records.conns.iter().enumerate() {
        let Some((closed, unread)) = conn.closed().filter(|(_, unread)| *unread > 0) else {
            continue;
        };
        let judged = closed > notified && closed.us < view.may_cut_from();
        if !judged || !owes_a_look(view, place, conn, closed) {
            continue;
        }
        let actual = format!("{} was closed {} with {unread}", conn.name, view.when(closed.us));
        let finding = Finding::violation("no byte of a request is left unread", actual);
        findings.push(finding.at(closed.us).about(view.subject(place, closed.us)));
    }
    findings
}

/// Whether idleness is the only possible reason for the close.
fn owes_a_look(view: &RunView<'_>, place: usize, conn: &Conn<'_>, closed: Moment) -> bool {
    let records = &view.records;
    if conn.http2 || records.is_upgraded(place) || view.is_lost(conn, closed.us) {
        return false;
    }
    let mut asks = records.asks_on(place);
    // The server need not read after a refused request or an answer that announces the close.
    let ends = asks.any(|ask| {
        ask.intent == Intent::Bad || ask.answered.is_some_and(|(_, answer)| answer.says_close)
    });
    let busy = records.calls_on(place).any(|call| call.is_open_at(closed));
    let waiting = records.asks_on(place).find(|ask| ask.answered.is_none());
    let waiting = waiting.filter(|ask| ask.first_us <= closed.us);
    let begun = waiting
        .is_some_and(|ask| records.calls_on(place).any(|call| call.began.us >= ask.first_us));
    waiting.is_some() && !ends && !busy && !begun && keeps_alive(view, conn.actor())
}

/// Whether none of an actor's requests asks for the close of the connection.
fn keeps_alive(view: &RunView<'_>, actor: &str) -> bool {
    let says_close = |request: &Request| {
        request.version != "HTTP/1.1"
            || request.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case("connection"))
    };
    let mut requests = view.case.plan.requests().into_iter();
    !requests.any(|(it, request)| it.name == actor && says_close(request))
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::End;

    use super::super::testing::{Row, Story, case, draining, expect, ready};
    use super::*;

    #[test]
    fn arrived_bytes_are_read_before_an_idle_connection_closes() {
        let idle = |close| -> Story {
            let used = ready().posts("a").at(200).serves("a", close).at(300).term().drains();
            used.at(550)
        };
        let part = |story: Story| story.sends_part("a", Intent::Work, (true, false));
        let rows: [Row<'_>; 10] = [
            ("nothing had come", idle(false).sends("a").shut("a", 0), &[]),
            (
                "a request had come",
                idle(false).sends("a").at_us(550_500).shut("a", 100),
                &["Violation Must … a@1 was closed 250 ms after SIGTERM with 100"],
            ),
            (
                "a part of one had come",
                part(idle(false)).at(551).dropped("a", 40),
                &["Violation Must … with 40"],
            ),
            (
                "on a connection that was never used",
                draining().joins("b").at(500).sends("b").at(550).shut("b", 100),
                &["Violation Must … b@1 was closed"],
            ),
            ("its client had been told", idle(true).sends("a").at(551).shut("a", 100), &[]),
            ("it lingers", idle(false).shut("a", 0).sends("a").at(560).dropped("a", 100), &[]),
            (
                "its client left",
                idle(false).sends("a").ended("a", End::Client, 0).shut("a", 9),
                &[],
            ),
            (
                "pipelined behind a request that is being served",
                ready().posts("a").sends("a").at(300).term().drains().shut("a", 100),
                &[],
            ),
            ("at the deadline", idle(false).at(8_300).sends("a").dropped("a", 100), &[]),
            ("before the signal", ready().joins("a").sends("a").dropped("a", 100).term(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }

    #[test]
    fn connection_whose_request_asks_for_the_close_is_not_judged() {
        let mut request = lastorders_model::plan::Request::work("job");
        request.version = "HTTP/1.0".to_owned();
        let mut draft = lastorders_model::plan::Draft::new(
            "group/name",
            1,
            lastorders_model::plan::Contract::default(),
        );
        draft.client("b").connect().send(request);
        let case = crate::case::Case::plain(draft.finish());
        let story = draining().joins("b").at(500).sends("b").at(550).shut("b", 100);
        expect(&CHECK, &case, &[("HTTP/1.0", story, &[])]);
    }
}
