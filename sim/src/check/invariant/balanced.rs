use lastorders_model::history::End;
use lastorders_model::plan::{Intent, StoreStep};

use super::{Check, Finding, QUANTUM_US, RunView, Whose};
use crate::case::Balancer;
use crate::check::records::{Ask, Conn};
use crate::check::run_records::BALANCER;

pub(super) const CHECK: Check = Check {
    id: "balanced",
    about: "behind a balancer with a lag shorter than the lame duck, no client sees an error",
    whose: Whose::WithWords,
    judge,
};

/// The headline promise, for clients that follow the protocol. A client may see an error if it
/// sends after an answer with `Connection: close` or before an answer, leaves, or has a broken
/// link. Every client may see an error if the store breaks, after a second SIGINT, and after the
/// deadline.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(balancer) = &view.case.conditions.balancer else { return Vec::new() };
    if records.notified.is_none() || !is_promised(view, balancer) {
        return Vec::new();
    }
    let is_balanced = |conn: &Conn<'_>| balancer.clients.iter().any(|name| name == conn.actor());
    let mut findings = Vec::new();
    for (place, conn) in records.conns.iter().enumerate().filter(|(_, conn)| is_balanced(conn)) {
        if !is_reachable(view, conn) {
            continue;
        }
        if let Some((at, error)) = conn.refused {
            let actual = format!("{error}, {}", view.when(at.us));
            if is_judged(view, conn, at.us, at.us) {
                findings.push(wrong(actual).at(at.us).about(conn.name));
            }
            continue;
        }
        let mut asked_to_close = false;
        for ask in records.asks_on(place) {
            asked_to_close |= is_turned_back(conn, ask);
            if !asked_to_close && !ask.pipelined {
                findings.extend(error(view, conn, ask));
            }
            asked_to_close |= ask.answered.is_some_and(|(_, answer)| answer.says_close);
        }
    }
    findings
}

/// Whether the lame duck outlasts the balancer's reaction, including all probes and requests in
/// between, and no other fault can cause an error.
fn is_promised(view: &RunView<'_>, balancer: &Balancer) -> bool {
    let policy = view.policy();
    let probe = view.link(BALANCER);
    let round_trip = probe.to_server_us + probe.to_client_us;
    let noticed = probe.to_client_us + balancer.every_us + 2 * round_trip;
    let lag = noticed.saturating_add(balancer.lag_us).saturating_add(4 * QUANTUM_US);
    let slowest = balancer.clients.iter().map(|name| {
        let link = view.link(name);
        2 * (link.to_server_us + link.to_client_us)
    });
    let lag = lag.saturating_add(slowest.max().unwrap_or(0));
    let roomy = u64::from(view.case.conditions.network.backlog) > view.records.conns.len() as u64;
    !policy.refuse
        && view.case.conditions.startup.is_none()
        && view.case.conditions.store.outages.is_empty()
        && lag < policy.lame_duck_us
        && roomy
        && view.records.forced.is_none()
        && !view.link_was(None, BALANCER, u64::MAX)
        && !view.case.plan.store_steps().into_iter().any(|it| matches!(it, StoreStep::Fault { .. }))
}

/// Whether the connection belongs to a known client with an undisturbed link.
fn is_reachable(view: &RunView<'_>, conn: &Conn<'_>) -> bool {
    conn.is_known() && !view.link_was(None, conn.actor(), u64::MAX)
}

/// Whether the server answers for a request or connect with these times: it began before the
/// balancer took the server out, and ended before the deadline while the client was present.
fn is_judged(view: &RunView<'_>, conn: &Conn<'_>, begun_us: u64, ended_us: u64) -> bool {
    let out = view.records.taken_out.map_or(u64::MAX, |at| at.us);
    begun_us < out && ended_us < view.may_cut_from() && !view.is_lost(conn, ended_us)
}

/// Whether a GOAWAY arrived before the client sent this request over HTTP/2, so the client did not
/// send the request. The server must answer a request that was already on its way.
fn is_turned_back(conn: &Conn<'_>, ask: &Ask<'_>) -> bool {
    conn.http2 && ask.not_sent && matches!(ask.ended, Some((_, End::Refused, false)))
}

fn error(view: &RunView<'_>, conn: &Conn<'_>, ask: &Ask<'_>) -> Option<Finding> {
    let (at, actual) = match (ask.answered, ask.ended, conn.ended) {
        (Some((at, answer)), ..) if answer.status >= 500 && ask.intent == Intent::Work => {
            (at, answer.status.to_string())
        }
        (Some(_), ..) => return None,
        (None, Some((at, _, true)), _) => (at, "an answer that was cut".to_owned()),
        (None, Some((at, ..)), _) => (at, "no answer".to_owned()),
        (None, None, Some((at, _))) if ask.not_sent => (at, "no way to send it".to_owned()),
        (None, None, _) => return None,
    };
    is_judged(view, conn, ask.first_us, at.us)
        .then(|| wrong(format!("{actual}, {}", view.when(at.us))).at(at.us).about(ask.id))
}

fn wrong(actual: String) -> Finding {
    Finding::violation("no client behind the balancer sees an error", actual)
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::{ConnectError, EventKind};
    use lastorders_model::plan::{Contract, Draft};

    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;
    use crate::case::Case;

    fn behind(lag_us: u64) -> Case {
        let mut case = case();
        let clients = vec!["a".to_owned(), "b".to_owned()];
        case.conditions.balancer = Some(Balancer { every_us: 100_000, lag_us, clients });
        case.conditions.policy.lame_duck_us = 1_000_000;
        case
    }

    fn notified() -> Story {
        ready().joins("a").at(300).term().phase("lame duck").at(500)
    }

    fn taken_out(story: Story) -> Story {
        story.event("balancer", EventKind::Marked { label: "balancer-out".to_owned() })
    }

    #[test]
    fn client_behind_a_balancer_sees_no_error() {
        let rows: [Row<'_>; 10] = [
            ("served", notified().asks("a").serves("a", true).parts("a"), &[]),
            (
                "refused",
                notified().sends("a").answered("a", 503, true),
                &["Violation Must … sees an error: 503, 200 ms after SIGTERM"],
            ),
            ("reset", notified().sends("a").ended("a", End::Reset, 0), &["… no answer, 200 ms"]),
            ("cut", notified().sends("a").ended("a", End::Fin, 30), &["… an answer that was cut"]),
            (
                "the door is shut",
                notified().refused("b", ConnectError::Refused),
                &["Violation Must … connection refused, 200 ms after SIGTERM"],
            ),
            ("sent elsewhere", taken_out(notified()).refused("b", ConnectError::Refused), &[]),
            (
                "it did not close when it was told to",
                notified().asks("a").serves("a", true).sends("a").ended("a", End::Fin, 0),
                &[],
            ),
            ("it left", notified().sends("a").ended("a", End::Client, 0), &[]),
            ("not behind it", notified().refused("c", ConnectError::Refused), &[]),
            ("at the deadline", notified().sends("a").at(8_300).ended("a", End::Reset, 0), &[]),
        ];
        expect(&CHECK, &behind(500_000), &rows);
    }

    #[test]
    fn http2_client_that_gets_goaway_before_it_sends_is_not_judged() {
        let conditions = behind(500_000).conditions;
        let mut draft = Draft::new("group/name", 1, Contract::default());
        draft.http2_client("a").connect();
        let case = Case { conditions, ..Case::plain(draft.finish()) };
        let rows: [Row<'_>; 4] = [
            ("told before", notified().cannot_send("a", End::Refused), &[]),
            (
                "and again",
                notified().cannot_send("a", End::Refused).cannot_send("a", End::Fin),
                &[],
            ),
            (
                "it was on its way",
                notified().sends("a").ended("a", End::Refused, 0),
                &["Violation Must … sees an error: no answer, 200 ms"],
            ),
            (
                "closed without a word",
                notified().cannot_send("a", End::Reset),
                &["Violation Must … sees an error: no answer, 200 ms"],
            ),
        ];
        expect(&CHECK, &case, &rows);
        let plain = [(
            "no goaway is said on HTTP/1",
            notified().cannot_send("a", End::Refused),
            &["Violation Must … sees an error: no answer, 200 ms"][..],
        )];
        expect(&CHECK, &behind(500_000), &plain);
    }

    #[test]
    fn balancer_that_is_slower_than_the_lame_duck_is_not_judged() {
        let reset = || notified().sends("a").ended("a", End::Reset, 0);
        expect(&CHECK, &behind(1_000_000), &[("slower", reset(), &[])]);
        let mut refusing = behind(500_000);
        refusing.conditions.policy.refuse = true;
        expect(&CHECK, &refusing, &[("it refuses work", reset(), &[])]);
        expect(&CHECK, &case(), &[("there is none", reset(), &[])]);
    }
}
