use std::collections::BTreeSet;

use super::store::events;
use super::{Check, Finding, View};
use crate::history::{Exchange, Outcome, Session};
use crate::plan::{Intent, Plan};

/// A server must close its pool after the last request.
///
/// A pool may shrink during a shutdown, and the order of events on different sockets is not exact.
/// So the check needs a failed request as proof: the request was in flight, and the server had
/// ended the last session or a working session before the request's end.
pub(super) const CHECK: Check = Check {
    id: "pool-outlives-requests",
    about: "requests in flight get no 5xx, and keep the sessions that they need",
    judge,
};

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(signalled) = moments.signalled else { return Vec::new() };
    let closed = pool_closed(history, signalled);
    let work = |exchange: &&Exchange<'_>| exchange.intent == Intent::Work && exchange.in_flight;
    let in_flight = history.exchanges().iter().filter(work);
    in_flight
        .filter_map(|exchange| {
            let finding = judge_one(exchange, closed, |at| moments.when(at))?;
            let never = exchange.ended_us == u64::MAX;
            let finding = finding.about(&exchange.request.id);
            Some(if never { finding } else { finding.at(exchange.ended_us) })
        })
        .collect()
}

fn judge_one(
    exchange: &Exchange,
    closed: Option<u64>,
    when: impl Fn(u64) -> String,
) -> Option<Finding> {
    let status = exchange.status();
    if status.is_some_and(|status| status < 500)
        || matches!(exchange.outcome, Outcome::Abandoned | Outcome::Refused)
    {
        return None;
    }
    let before = closed.filter(|closed| *closed < exchange.ended_us);
    let end = match exchange.ended_us {
        u64::MAX => exchange.outcome.to_string(),
        at => format!("{} {}", exchange.outcome, when(at)),
    };
    let actual = match (before, status) {
        (Some(closed), _) => format!("its pool was closed {}; {end}", when(closed)),
        (None, Some(_)) => end,
        (None, None) => return None,
    };
    let expected = "the pool stays open until the last request in flight is answered";
    Some(Finding::violation(expected, actual))
}

/// When the server first ended a working session or the last session with `Terminate`, in
/// microseconds.
fn pool_closed(history: &View<'_>, signalled: u64) -> Option<u64> {
    let mut open = BTreeSet::new();
    let mut working = BTreeSet::new();
    for (at, session, what) in events(history) {
        match what {
            Session::Opened | Session::Idle => {
                open.insert(session);
                working.remove(&session);
            }
            Session::Working | Session::Withheld => {
                open.insert(session);
                working.insert(session);
            }
            Session::Cancelling => drop(open.remove(&session)),
            Session::Terminate | Session::Fin | Session::Reset | Session::ServerClosed => {
                let was_open = open.remove(&session);
                let at_work = working.remove(&session);
                let deliberate = *what == Session::Terminate && at >= signalled;
                if deliberate && was_open && (at_work || open.is_empty()) {
                    return Some(at);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::End;

    /// Two sessions at the signal: session 1 works for `a`, and `b` waits for a session.
    fn busy() -> Story {
        let open = ready().session(1, Session::Opened).session(2, Session::Opened);
        let busy = open.at(200).posts("a").posts("b").session(1, Session::Working);
        busy.at(300).signalled().at(310)
    }

    fn closed(story: Story, session: u64) -> Story {
        story.session(session, Session::Terminate).session(session, Session::Fin)
    }

    #[test]
    fn pool_that_closes_before_a_request_in_flight_fails_it() {
        let served = |story: Story| story.at(400).answered("a", 201).answered("b", 201);
        let done = || served(busy()).session(1, Session::Idle).at(410);
        let rows: [Row<'_>; 10] = [
            ("first the requests, then the pool", closed(closed(done(), 1), 2), &[]),
            ("a pool may shrink", closed(served(closed(busy(), 2)), 1), &[]),
            (
                "what was served did not need it: order across sockets is not exact",
                served(closed(closed(busy(), 2).session(1, Session::Idle), 1)),
                &[],
            ),
            (
                "a session at work is ended, and its request fails",
                closed(busy(), 1).at(320).ended("a", End::Fin, 0).answered("b", 201),
                &["Violation Must … its pool was closed 10 ms after SIGTERM; closed without"],
            ),
            (
                "the last session is ended, and the one that waits is left",
                closed(closed(busy(), 2).session(1, Session::Idle).answered("a", 201), 1),
                &["Violation Must … its pool was closed 10 ms after SIGTERM; silence until the"],
            ),
            (
                "the one that waits is told of an error",
                busy().at(320).answered("a", 201).answered("b", 500),
                &["Violation Must … 500, complete 20 ms after SIGTERM"],
            ),
            (
                "a refusal is none the better",
                busy().at(320).answered("a", 201).answered("b", 503),
                &["Violation Must … 503, complete 20 ms after SIGTERM"],
            ),
            (
                "a refusal because the pool is gone",
                closed(closed(busy(), 1), 2).at(320).answered("a", 503).answered("b", 201),
                &["Violation Must … its pool was closed 10 ms after SIGTERM; 503, complete"],
            ),
            (
                "a process that dies drops everything: the ledger's matter too",
                busy()
                    .session(1, Session::Reset)
                    .session(2, Session::Reset)
                    .ended("a", End::Reset, 0)
                    .ended("b", End::Reset, 0)
                    .exits(0),
                &[],
            ),
            (
                "connections closed first, then the pool",
                closed(
                    closed(busy().ended("a", End::Reset, 0).ended("b", End::Reset, 0).at(330), 1),
                    2,
                ),
                &[],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
