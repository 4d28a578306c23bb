use super::created::excerpt;
use super::{Check, Finding, Level};
use crate::history::{Answer, Exchange, History, Moments, Outcome};
use crate::plan::{Intent, Plan};

/// What `/health` says while the server shuts down.
///
/// "Stop taking connections at once" and "/health says 503" pull against each other, so every
/// honest reading passes: once the shutdown is visible a probe may be answered 503, refused, or
/// closed without a byte. Where there is an answer it is a 503.
pub(super) const CHECK: Check = Check {
    id: "health-draining",
    about: "once the shutdown is visible, GET /health is 503, refused, or closed; never 200",
    judge,
};

const EXPECTED: &str = "503 from /health during the shutdown (or refused, or closed)";

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
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
        Outcome::Closed(_) => late(plan, moments, exchange),
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

/// Silence for longer than an answer may take is silence, whatever comes then.
fn late(plan: &Plan, moments: &Moments, exchange: &Exchange) -> Option<Finding> {
    let waited = exchange.ended_us.saturating_sub(exchange.last_us?);
    (waited > plan.contract.answer_ms * 1000).then(|| {
        let when = moments.when(exchange.ended_us);
        let actual = format!("silence for {} ms, then {} {when}", waited / 1000, exchange.outcome);
        Finding::late(EXPECTED, actual)
    })
}

fn body(answer: &Answer) -> Option<Finding> {
    if answer.json().unwrap_or_default()["status"] == "shutting_down" {
        return None;
    }
    let expected = r#"503 with {"status":"shutting_down"}"#;
    let actual = format!("503 with {}", excerpt(&answer.body));
    Some(Finding::violation(expected, actual).at_most(Level::Should))
}
