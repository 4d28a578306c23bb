use super::{Check, Finding, View};
use crate::history::{End, Exchange};
use crate::plan::Plan;

/// A client must learn that its next request belongs elsewhere.
pub(super) const CHECK: Check = Check {
    id: "announces-close",
    about: "an answer given during shutdown says Connection: close, or its connection is closed",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(from) = moments.draining_from() else { return Vec::new() };
    let exchanges = history.exchanges();
    let connections = history.connections();
    let prompt = plan.contract.prompt_ms * 1000;
    let expected = "Connection: close on the answer, or a close right after it";
    let answered: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.answer().is_some() && exchange.ended_us >= from)
        // An upgraded connection has another protocol, with its own way to announce the close.
        .filter(|exchange| !exchange.is_upgrade())
        .collect();
    if answered.is_empty() {
        return vec![Finding::inconclusive(expected, "there was no answer during the shutdown")];
    }
    let mut findings = Vec::new();
    for exchange in answered {
        if exchange.answer().is_some_and(|answer| answer.says_close) {
            continue;
        }
        let ended = connections
            .iter()
            .find(|connection| connection.conn == exchange.conn)
            .and_then(|connection| connection.ended);
        let about = |finding: Finding| finding.at(exchange.ended_us).about(&exchange.request.id);
        let silent = "the answer does not say it, and";
        if followed(exchange, exchanges) {
            let actual = format!("{silent} another request went over the same connection");
            findings.push(about(Finding::violation(expected, actual)));
            continue;
        }
        match ended {
            Some((_, End::Client)) => {}
            Some((at, End::Fin | End::Reset)) => {
                let after = at.saturating_sub(exchange.ended_us);
                if after > prompt {
                    let actual = format!("{silent} its connection was closed {}", moments.when(at));
                    let late = Finding::late(expected, actual).measured(prompt / 1000, after);
                    findings.push(about(late.since(exchange.ended_us)));
                }
            }
            Some((_, End::Malformed | End::TooLong | End::Refused | End::Silence)) | None => {
                let actual = format!("{silent} its connection was never closed");
                findings.push(about(Finding::violation(expected, actual)));
            }
        }
    }
    findings
}

fn followed(exchange: &Exchange, all: &[Exchange]) -> bool {
    all.iter().any(|other| other.conn == exchange.conn && other.first_us > exchange.ended_us)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::Sign;
    use crate::plan::Intent;

    #[test]
    fn answer_during_shutdown_announces_the_close_or_is_followed_by_it() {
        let held = || -> Story {
            let held = ready().at(200).posts("a").at(300).signalled();
            held.at(320).visible(Sign::ListenerGone).at(340)
        };
        let plain = || held().answered("a", 201);
        let upgrades = held().sends("a", Intent::Upgrade).at(350).answered("a", 101);
        let rows: [Row<'_>; 10] = [
            (
                "what goes on as something else than HTTP is no answer of this kind",
                upgrades.at(8_000).closed("a", End::Fin),
                &["Inconclusive … there was no answer during the shutdown"],
            ),
            ("it says so", held().answered_with("a", 201, "{}", true), &[]),
            ("it is closed right after", plain().at(341).closed("a", End::Fin), &[]),
            ("or reset", plain().at(341).closed("a", End::Reset), &[]),
            ("its client was faster", plain().at(341).closed("a", End::Client), &[]),
            (
                "it is closed late",
                plain().at(5_340).closed("a", End::Fin),
                &["Late Must … its connection was closed 5.0 s after SIGTERM"],
            ),
            (
                "it is closed when the world kills the server",
                plain().at(10_300).killed().closed("a", End::Reset),
                &["Violation Must … its connection was never closed"],
            ),
            ("it is never closed", plain(), &["Violation Must … was never closed"]),
            (
                "it serves another request",
                plain().at(350).sends("a", Intent::Work).at(351).ended("a", End::Fin, 0),
                &["Violation Must … another request went over the same connection"],
            ),
            (
                "no answer to judge",
                held().ended("a", End::Reset, 0),
                &["Inconclusive … there was no answer during the shutdown"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
