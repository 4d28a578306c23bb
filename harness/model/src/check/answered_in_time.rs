use super::{Check, Finding, View};
use crate::history::{ConnectError, EventKind, Exchange, Moments, Outcome};
use crate::plan::Plan;

/// A server refuses or answers every request of the shutdown, and ignores none.
pub(super) const CHECK: Check = Check {
    id: "answered-in-time",
    about: "a request sent during the shutdown is answered, refused or closed in time, never left",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(from) = moments.draining_from() else { return Vec::new() };
    let budget = plan.contract.answer_ms;
    let expected = format!("an answer, a refusal or a close within {budget} ms");
    let mut findings = Vec::new();
    for event in &history.events {
        if let EventKind::NotConnected { conn, error: ConnectError::TimedOut } = &event.what
            && event.at_us >= from
        {
            let actual = format!("the connection {conn} was neither established nor refused");
            let late = Finding::late(&expected, actual).measured(budget, budget * 1000);
            findings.push(late.at(event.at_us));
        }
    }
    for exchange in history.exchanges() {
        let Some(last) = exchange.last_us.filter(|last| *last >= from) else { continue };
        let waited = waited(&moments, exchange, last);
        if waited <= budget * 1000 {
            continue;
        }
        let sent = moments.when(last);
        let actual = match exchange.ended_us {
            u64::MAX => format!("{}, sent {sent}: silence", exchange.line),
            at => {
                format!("{}, sent {sent}: {} {}", exchange.line, exchange.outcome, moments.when(at))
            }
        };
        let late = Finding::late(&expected, actual).measured(budget, waited).at(last);
        findings.push(late.about(&exchange.request.id));
    }
    findings
}

/// The time in microseconds for which a request waited on the server alone.
fn waited(moments: &Moments, exchange: &Exchange, last: u64) -> u64 {
    match exchange.outcome {
        Outcome::Abandoned | Outcome::NotSent => return 0,
        Outcome::Silence => return u64::MAX,
        Outcome::Answered(_) | Outcome::Closed(_) | Outcome::Refused | Outcome::Cut(..) => {}
    }
    // A server cannot finish work while the gate is closed, so the time counts from the opening.
    // A request that ended at a closed gate did not wait for the opening.
    let opened = moments.gate_opened.filter(|opened| *opened < exchange.ended_us).unwrap_or(0);
    exchange.ended_us.saturating_sub(last.max(opened))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::{End, Sign};

    #[test]
    fn request_during_shutdown_is_answered_refused_or_closed_in_time() {
        let draining = || ready().at(300).signalled().at(320).visible(Sign::ListenerGone).at(350);
        let sent = || -> Story { draining().posts("a").at(360) };
        let rows: [Row<'_>; 8] = [
            ("refused", draining().refused("a", ConnectError::Refused), &[]),
            ("503", sent().answered("a", 503), &[]),
            ("closed", sent().ended("a", End::Reset, 0), &[]),
            (
                "it could not even connect",
                draining().refused("a", ConnectError::TimedOut),
                &["Late Must … a@1 was neither established nor refused"],
            ),
            (
                "silence until the exit, which came late",
                sent().at(8_300).ended("a", End::Reset, 0).exits(0),
                &["Late Must … POST /work, sent 50 ms after SIGTERM: reset without a byte 8.0 s"],
            ),
            (
                "silence until the world killed the server",
                sent().at(10_300).killed().ended("a", End::Reset, 0),
                &["Late Must … silence until the end 10.0 s after SIGTERM"],
            ),
            ("silence", sent(), &["Late Must … POST /work, sent 50 ms after SIGTERM: silence"]),
            (
                "sent before: another matter",
                ready().at(200).posts("a").at(300).signalled().visible(Sign::ListenerGone),
                &[],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }

    #[test]
    fn time_at_a_closed_gate_does_not_count_against_the_server() {
        let held = || ready().at(200).holds().at(300).signalled().visible(Sign::Unavailable);
        let rows: [Row<'_>; 2] = [
            (
                "a lame duck still works, and the store let it late",
                held().at(310).posts("a").at(5_000).opens().at(5_010).answered("a", 201).exits(0),
                &[],
            ),
            (
                "a gate that opens when all is over is no excuse",
                held()
                    .at(310)
                    .posts("a")
                    .at(8_300)
                    .ended("a", End::Reset, 0)
                    .at(8_310)
                    .opens()
                    .at(8_320)
                    .exits(0),
                &["Late Must … reset without a byte 8.0 s"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
