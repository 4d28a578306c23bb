use super::{Check, Finding};
use crate::history::{ConnectError, Exchange, History, Moments, Outcome, What};
use crate::plan::Plan;

/// Nothing that comes after the door is closed waits in front of it unheard.
pub(super) const CHECK: Check = Check {
    id: "answered-in-time",
    about: "a request sent during the shutdown is answered, refused or closed in time, never left",
    judge,
};

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let Some(from) = moments.draining_from() else { return Vec::new() };
    let budget = plan.contract.answer_ms;
    let expected = format!("an answer, a refusal or a close within {budget} ms");
    let mut findings = Vec::new();
    for event in &history.events {
        if let What::NotConnected { conn, error: ConnectError::TimedOut } = &event.what
            && event.at_us >= from
        {
            let actual = format!("the connection {conn} was neither established nor refused");
            findings.push(Finding::late(&expected, actual).at(event.at_us));
        }
    }
    for exchange in history.exchanges() {
        let Some(last) = exchange.last_us.filter(|last| *last >= from) else { continue };
        let waited = waited(&moments, &exchange, last);
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
        findings.push(Finding::late(&expected, actual).at(last).about(&exchange.request.id));
    }
    findings
}

/// For how long a request heard nothing that the server could have said.
fn waited(moments: &Moments, exchange: &Exchange, last: u64) -> u64 {
    match exchange.outcome {
        Outcome::Abandoned | Outcome::NotSent => return 0,
        Outcome::Silence => return u64::MAX,
        Outcome::Answered(_) | Outcome::Closed(_) | Outcome::Cut(..) => {}
    }
    // A server that still takes work cannot do it before the store lets it; only the time after
    // that is the server's own.
    let end = moments.exited.or(moments.killed).unwrap_or(u64::MAX);
    let opened = moments.gate_opened.filter(|opened| *opened < end).unwrap_or(0);
    exchange.ended_us.saturating_sub(last.max(opened))
}
