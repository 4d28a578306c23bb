use super::{Check, Finding};
use crate::history::{End, Exchange, History};
use crate::plan::Plan;

/// How a client learns that it must not send its next request here.
pub(super) const CHECK: Check = Check {
    id: "announces-close",
    about: "an answer given during shutdown says Connection: close, or its connection is closed",
    judge,
};

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let Some(from) = moments.draining_from() else { return Vec::new() };
    let exchanges = history.exchanges();
    let connections = history.connections();
    let prompt = plan.contract.prompt_ms * 1000;
    let expected = "Connection: close on the answer, or a close right after it";
    let answered: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.answer().is_some() && exchange.ended_us >= from)
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
        if followed(exchange, &exchanges) {
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
                    findings.push(about(Finding::late(expected, actual)));
                }
            }
            Some((_, End::Malformed | End::Silence)) | None => {
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
