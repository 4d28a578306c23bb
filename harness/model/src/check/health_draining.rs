use super::finding::{excerpt, truncated};
use super::{Check, Finding, Level, View};
use crate::history::{Answer, Exchange, Moments, NoJson, Outcome};
use crate::plan::{Intent, Plan};

/// `/health` must not say 200 while the server shuts down.
///
/// "Stop taking connections at once" and "/health says 503" contradict each other, so every honest
/// reading passes. Once the shutdown is visible, the server may answer a probe 503, refuse the
/// probe, or close without a byte. Every answer must be a 503.
pub(super) const CHECK: Check = Check {
    id: "health-draining",
    about: "once the shutdown is visible, GET /health is 503, refused, or closed; never 200",
    judge,
};

const EXPECTED: &str = "503 from /health during the shutdown (or refused, or closed)";

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(from) = moments.draining_from() else { return Vec::new() };
    history
        .exchanges()
        .iter()
        .filter(|exchange| exchange.intent == Intent::Health)
        .filter(|exchange| exchange.last_us.is_some_and(|last| last >= from))
        .filter_map(|exchange| {
            let finding = judge_one(plan, &moments, exchange)?.about(&exchange.request.id);
            let never = exchange.ended_us == u64::MAX;
            Some(if never { finding } else { finding.at(exchange.ended_us) })
        })
        .collect()
}

fn judge_one(plan: &Plan, moments: &Moments, exchange: &Exchange) -> Option<Finding> {
    let which = which(moments, exchange);
    match &exchange.outcome {
        Outcome::Answered(answer) if answer.status == 503 => {
            late(plan, moments, exchange).or_else(|| body(answer))
        }
        Outcome::Answered(answer) => {
            let body = excerpt(&answer.body);
            let when = moments.when(exchange.ended_us);
            let actual = format!("{} {when} on {which}: {body}", answer.status);
            Some(Finding::violation(EXPECTED, actual))
        }
        Outcome::Closed(_) | Outcome::Refused => late(plan, moments, exchange),
        Outcome::Cut(..) if exchange.half_closed => late(plan, moments, exchange),
        Outcome::Cut(..) | Outcome::Silence => {
            let actual = format!("{} on {which}", exchange.outcome);
            Some(Finding::violation(EXPECTED, actual))
        }
        Outcome::Abandoned | Outcome::NotSent => None,
    }
}

fn which(moments: &Moments, exchange: &Exchange) -> &'static str {
    let signalled = moments.signalled.unwrap_or(0);
    if exchange.first_us < signalled {
        "a request begun before the signal"
    } else if exchange.connected_us >= signalled {
        "a fresh connection"
    } else if exchange.reused {
        "a connection used before the signal"
    } else {
        "a connection opened before the signal"
    }
}

/// An answer after the contract's `answer_ms` counts as silence.
fn late(plan: &Plan, moments: &Moments, exchange: &Exchange) -> Option<Finding> {
    let waited = exchange.ended_us.saturating_sub(exchange.last_us?);
    (waited > plan.contract.answer_ms * 1000).then(|| {
        let when = moments.when(exchange.ended_us);
        let actual = format!("silence for {} ms, then {} {when}", waited / 1000, exchange.outcome);
        Finding::late(EXPECTED, actual).measured(plan.contract.answer_ms, waited)
    })
}

fn body(answer: &Answer) -> Option<Finding> {
    let expected = r#"503 with {"status":"shutting_down"}"#;
    let finding = match answer.json() {
        Ok(body) if body["status"] == "shutting_down" => return None,
        Err(NoJson::Truncated) => truncated(expected, answer),
        Ok(_) | Err(NoJson::Malformed) => {
            Finding::violation(expected, format!("503 with {}", excerpt(&answer.body)))
        }
    };
    Some(finding.at_most(Level::Should))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::{ConnectError, End, EventKind, Sign};

    /// The signal, and a sign of it.
    fn draining(story: Story) -> Story {
        story.at(300).signalled().at(320).visible(Sign::ListenerGone).at(350)
    }

    /// A probe on a connection that was used before the signal.
    fn used() -> Story {
        let used = ready().at(200).probes("a").at(210).answered("a", 200);
        draining(used).sends("a", Intent::Health).at(360)
    }

    /// A probe whose head was half sent before the signal.
    fn half() -> Story {
        let begun = ready().at(200).connects("a");
        let begun = begun.sends_part("a", Intent::Health, 30, (true, false));
        draining(begun).sends_part("a", Intent::Health, 20, (false, true)).at(360)
    }

    /// A probe on a fresh connection.
    fn fresh() -> Story {
        draining(ready()).probes("a").at(360)
    }

    #[test]
    fn health_during_shutdown_is_503_refused_or_closed_and_never_200() {
        let json = r#"{"status":"ok"}"#;
        let right = r#"{"status":"shutting_down"}"#;
        let rows: [Row<'_>; 17] = [
            ("503 on the used one", used().answered("a", 503), &[]),
            ("503 on the half-sent one", half().answered("a", 503), &[]),
            ("503 on a fresh one", fresh().answered("a", 503), &[]),
            ("closed without a byte", used().ended("a", End::Fin, 0), &[]),
            ("reset without a byte", half().ended("a", End::Reset, 0), &[]),
            (
                "refused, and the used one closed before it was asked again",
                draining(ready().at(200).probes("a").at(210).answered("a", 200))
                    .closed("a", End::Fin)
                    .refused("b", ConnectError::Refused),
                &[],
            ),
            (
                "200 on the used one",
                used().answered("a", 200),
                &["Violation Must … 200 60 ms after SIGTERM on a connection used before"],
            ),
            (
                "200 on the half-sent one",
                half().answered("a", 200),
                &["Violation Must … 200 60 ms after SIGTERM on a request begun before the signal"],
            ),
            (
                "200 on a fresh one",
                fresh().answered("a", 200),
                &["Violation Must … 200 60 ms after SIGTERM on a fresh connection"],
            ),
            ("an error", fresh().answered("a", 500), &["Violation Must … 500 60 ms after"]),
            (
                "503 with the wrong words",
                fresh().answered_with("a", 503, json, true),
                &["Violation Should … 503 with"],
            ),
            (
                "503 with a body that was not kept whole",
                fresh().answered_truncated("a", 503, right),
                &["Inconclusive Should … 503 with a body that is too long to be kept whole"],
            ),
            (
                "200 with a body that was not kept whole",
                fresh().answered_truncated("a", 200, json),
                &["Violation Must … 200 60 ms after SIGTERM on a fresh connection"],
            ),
            (
                "silence until the world killed it",
                fresh().at(10_300).killed().ended("a", End::Reset, 0),
                &["Violation Must … silence until the end on a fresh connection"],
            ),
            (
                "silence for longer than an answer may take",
                fresh().at(8_000).ended("a", End::Fin, 0),
                &["Late Must … silence for 7650 ms, then closed without a byte"],
            ),
            (
                "cut in the middle, for a client that has perhaps gone",
                fresh().half_closes("a").ended("a", End::Fin, 30),
                &[],
            ),
            (
                "an answer cut in the middle",
                fresh().ended("a", End::Reset, 30),
                &["Violation Must … cut before its end"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }

    #[test]
    fn health_is_judged_from_the_first_sign_or_when_a_sign_was_due() {
        let early = || ready().at(300).signalled().at(310).probes("a").at(312).answered("a", 200);
        let never = || ready().at(300).signalled().at(1_300).event("world", EventKind::NotVisible);
        let rows: [Row<'_>; 3] = [
            ("200 before the first sign", early().at(320).visible(Sign::ListenerGone), &[]),
            ("no drain at all", early(), &[]),
            (
                "a sign must come in time; from then on it is judged without one",
                never().at(1_310).probes("a").at(1_312).answered("a", 200),
                &["Violation Must … 200 1.0 s after SIGTERM on a fresh connection"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
