use super::{Check, Finding};
use crate::history::{Event, History, What};
use crate::plan::Plan;

/// Whether a run got so far that it can be judged at all.
pub(super) const CHECK: Check = Check {
    id: "preconditions",
    about: "the server starts, runs until it is told to stop, and the run reaches what it is about",
    judge,
};

/// Whether other checks have anything to judge: the server was ready, ran until it was told to
/// stop, and no step of the plan failed.
pub(super) fn reached(plan: &Plan, history: &History) -> bool {
    stopped_short(plan, history).is_empty()
}

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    let short = stopped_short(plan, history);
    if short.is_empty() { vacuous(plan, history).into_iter().collect() } else { short }
}

/// What kept the run from being judged.
fn stopped_short(plan: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let mut findings = Vec::new();
    for Event { at_us, what, .. } in &history.events {
        match what {
            What::NotReady { why } => {
                let budget = plan.contract.ready_ms / 1000;
                let expected = format!("the server is ready within {budget} s");
                findings.push(Finding::violation(expected, why).at(*at_us));
            }
            What::Exited { code, signal } if plan.signals() && moments.signalled.is_none() => {
                let how = how_it_ended(*code, *signal);
                let when = moments.when(*at_us);
                let actual = format!("it {how} {when}, before any signal was sent");
                let expected = "the server runs until it is told to stop";
                findings.push(Finding::violation(expected, actual).at(*at_us));
            }
            What::Unreached { step, why, .. } => {
                findings.push(Finding::inconclusive(step, why).at(*at_us));
            }
            _ => {}
        }
    }
    if findings.is_empty() && plan.signals() && moments.signalled.is_none() {
        findings.push(Finding::inconclusive("the server is told to stop", "no signal was sent"));
    }
    findings
}

/// What makes a run that came to its end prove nothing: nothing was in flight at the signal.
fn vacuous(plan: &Plan, history: &History) -> Option<Finding> {
    let at = history.moments().signalled?;
    let before_signal = |event: &&Event| !matches!(event.what, What::Signalled { .. });
    let mut before = history.events.iter().take_while(before_signal);
    if plan.holds() && !before.any(|event| matches!(event.what, What::Held { n: 1.., .. })) {
        let expected = "a request waits in the store when the signal is sent";
        let actual = "none was seen to wait there";
        return Some(Finding::inconclusive(expected, actual).at(at));
    }
    let needed = plan.holds() || plan.checks.iter().any(|used| used.check == "ledger");
    if needed && !history.exchanges().iter().any(|exchange| exchange.in_flight) {
        let expected = "a request is in flight when the signal is sent";
        let actual = "each had been answered or had ended, or the server had not read it yet";
        return Some(Finding::inconclusive(expected, actual).at(at));
    }
    None
}

/// The process's end, as it is said after "it".
pub(super) fn how_it_ended(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was ended by {}", signal_name(signal)),
        (None, None) => "ended, nobody knows how,".to_owned(),
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        2 => "SIGINT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}
