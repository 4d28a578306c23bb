use lastorders_model::history::End;
use lastorders_model::plan::Intent;

use super::{Check, Finding, QUANTUM_US, RunView, Whose};
use crate::check::records::{Ask, Call, Conn, Moment};

pub(super) const CHECK: Check = Check {
    id: "last-answer",
    about: "the last answer on an HTTP/1 connection says Connection: close, if the answer was \
            made in the shutdown and the server closes",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(from) = announced_from(view) else { return Vec::new() };
    let mut findings = Vec::new();
    for (place, conn) in records.conns.iter().enumerate() {
        let Some((ask, call)) = last(view, place, conn) else { continue };
        let (Some((at, answer)), Some((made, Some(status)))) = (ask.answered, call.ended) else {
            continue;
        };
        let belong = call.began.us >= ask.first_us && made.us <= at.us && status == answer.status;
        if belong && made.us > from && status != 101 && !answer.says_close {
            let actual = format!("the {status} {} does not say it", view.when(at.us));
            let expected = "Connection: close on the last answer";
            findings.push(Finding::violation(expected, actual).at(at.us).about(ask.id));
        }
    }
    findings
}

/// The time after which every last answer must announce the close, in microseconds. Our server
/// announces when its readiness is off; other servers have one quantum after the signal.
fn announced_from(view: &RunView<'_>) -> Option<u64> {
    let records = &view.records;
    if records.has_words() {
        Some(records.unready?.us)
    } else {
        Some(records.notified?.us + QUANTUM_US)
    }
}

/// The last request and the last call of a connection that the server closed.
fn last<'s, 'a>(
    view: &'s RunView<'a>,
    place: usize,
    conn: &Conn<'_>,
) -> Option<(&'s Ask<'a>, &'s Call)> {
    let (ended, by): (Moment, End) = conn.ended?;
    let closed = matches!(by, End::Fin | End::Reset) && !view.is_lost(conn, ended.us);
    let ask = view.records.asks_on(place).next_back()?;
    let call = view.records.calls_on(place).next_back()?;
    (closed && !conn.http2 && ask.intent != Intent::Bad).then_some((ask, call))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;

    #[test]
    fn last_answer_of_the_shutdown_says_connection_close() {
        let held = || -> Story { ready().posts("a").at(300).term().drains().at(400) };
        let rows: [Row<'_>; 6] = [
            ("it does", held().serves("a", true).parts("a"), &[]),
            (
                "it does not",
                held().serves("a", false).at(650).parts("a"),
                &["Violation Must … the 201 100 ms after SIGTERM does not say it"],
            ),
            ("its client closes", held().serves("a", false).closed("a", End::Client), &[]),
            (
                "one of before the signal",
                ready().posts("a").at(200).serves("a", false).at(300).term().drains().parts("a"),
                &[],
            ),
            (
                "one that was made in that instant, or before",
                ready()
                    .posts("a")
                    .at(300)
                    .ends("a", Some(201))
                    .term()
                    .drains()
                    .written("a", true)
                    .at(301)
                    .answered("a", 201, false)
                    .parts("a"),
                &[],
            ),
            (
                "another request was under way behind it",
                held().sends("a").serves("a", false).ended("a", End::Fin, 0).shut("a", 0),
                &[],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
