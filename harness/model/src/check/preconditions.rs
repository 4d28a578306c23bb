use super::{Check, Finding, View};
use crate::history::{Event, EventKind};
use crate::plan::Plan;

/// A run must reach its subject before other checks can judge the run.
pub(super) const CHECK: Check = Check {
    id: "preconditions",
    about: "the server starts and runs until the signal, and every step of the plan succeeds",
    judge,
};

/// Whether other checks can judge the run: the server was ready and ran until the signal, and no
/// step of the plan failed.
pub(super) fn reached(plan: &Plan, history: &View<'_>) -> bool {
    stopped_short(plan, history).is_empty()
}

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let short = stopped_short(plan, history);
    if short.is_empty() { vacuous(plan, history).into_iter().collect() } else { short }
}

/// The reasons why the run cannot be judged.
fn stopped_short(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    // An exit before this time is the server's own: nobody had signalled the server.
    let signalled_us = moments.signalled.unwrap_or(u64::MAX);
    let mut findings = Vec::new();
    for Event { at_us, what, .. } in &history.events {
        match what {
            EventKind::NotReady { why } => {
                let budget = plan.contract.ready_ms / 1000;
                let expected = format!("the server is ready within {budget} s");
                findings.push(Finding::violation(expected, why).at(*at_us));
            }
            EventKind::Exited { code, signal }
                if *at_us < signalled_us && moments.exited == Some(*at_us) =>
            {
                let how = how_it_ended(*code, *signal);
                let when = moments.when(*at_us);
                let actual = format!("it {how} {when}, before any signal was sent");
                let expected = "the server runs until a signal";
                findings.push(Finding::violation(expected, actual).at(*at_us));
            }
            EventKind::Unreached { step, why, .. } => {
                findings.push(Finding::inconclusive(step, why).at(*at_us));
            }
            // No other kind spoils a run.
            _ => {}
        }
    }
    if findings.is_empty() && plan.signals() && moments.signalled.is_none() {
        findings.push(Finding::inconclusive("the server gets a signal", "no signal was sent"));
    }
    findings
}

/// The reason why a complete run proves nothing: no request was in flight at the signal.
fn vacuous(plan: &Plan, history: &View<'_>) -> Option<Finding> {
    let at = history.moments().signalled?;
    let before_signal = |event: &&Event| !matches!(event.what, EventKind::Signalled { .. });
    let mut before = history.events.iter().take_while(before_signal);
    if plan.holds() && !before.any(|event| matches!(event.what, EventKind::Held { n: 1.., .. })) {
        let expected = "a request waits in the store when the signal is sent";
        let actual = "no request was seen to wait there";
        return Some(Finding::inconclusive(expected, actual).at(at));
    }
    let needed = plan.holds() || plan.checks.iter().any(|used| used.check == "ledger");
    if needed && !history.exchanges().iter().any(|exchange| exchange.in_flight) {
        let expected = "a request is in flight when the signal is sent";
        let actual = "each request had ended, or the server had not read it yet";
        return Some(Finding::inconclusive(expected, actual).at(at));
    }
    None
}

/// The process's end, as the rest of a sentence that begins with "it".
pub(super) fn how_it_ended(code: Option<i32>, signal: Option<i32>) -> String {
    match (code, signal) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was ended by {}", signal_name(signal)),
        (None, None) => "ended in an unknown way,".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, plan, ready};
    use super::*;
    use crate::check::{Level, Verdict, judge};
    use crate::history::End;
    use crate::plan::{Draft, Gate};

    fn draining() -> Plan {
        plan(|draft| {
            draft.check("ledger", Level::Must);
            draft.hold_at(Gate::Row, 1);
            draft.stop_when("held", 1).mark("let-go").await_exit();
        })
    }

    fn held() -> Story {
        ready().at(200).holds().at(210).posts("held").at(220).held()
    }

    #[test]
    fn run_without_a_request_in_flight_at_the_signal_is_inconclusive() {
        let why = || "exit status 1 after 20 ms".to_owned();
        let fine = held().at(300).signalled();
        let rows: [Row<'_>; 9] = [
            ("the request in the store is in flight at the signal", fine.clone(), &[]),
            (
                "the server never came up",
                Story::default().at(20).event("world", EventKind::NotReady { why: why() }),
                &["Violation Must the server is ready within 30 s: exit status 1 after 20 ms"],
            ),
            (
                "the server exited without a signal",
                ready().at(250).exits(3),
                &["Violation … exited with status 3 150 ms after the server was ready, before any"],
            ),
            (
                "a failed step is the only finding",
                held().at(300).unreached("no request was seen there").at(900).killed(),
                &["Inconclusive Must … no request was seen there"],
            ),
            ("the run ended before the signal", held(), &["Inconclusive … no signal was sent"]),
            (
                "nothing waited in the store at the signal",
                ready().at(200).holds().at(210).posts("held").at(300).signalled().held(),
                &["Inconclusive … no request was seen to wait there"],
            ),
            (
                "the request in the store was answered before the signal: early",
                held().at(250).answered("held", 201).at(300).signalled(),
                &["Inconclusive … each request had ended"],
            ),
            (
                "the request in the store was dropped before the signal",
                held().at(250).ended("held", End::Reset, 0).at(300).signalled(),
                &["Inconclusive … each request had ended"],
            ),
            (
                "the request was still in the kernel's buffers",
                held().at(299).signalled_before_reading(&["held"]),
                &["Inconclusive … had not read it yet"],
            ),
        ];
        expect(&CHECK, &draining(), &rows);
    }

    #[test]
    fn plan_without_a_signal_needs_no_signal() {
        let calm = plan(|draft| _ = draft.client("a").connect().work().receive());
        let done = || ready().at(200).posts("a").at(210).answered("a", 201).at(300);
        let rows: [Row<'_>; 2] = [
            ("the world stops the server itself", done(), &[]),
            (
                "the server exits although the plan sends no signal",
                done().exits(0),
                &["Violation Must … before any signal was sent"],
            ),
        ];
        expect(&CHECK, &calm, &rows);
    }

    #[test]
    fn other_checks_do_not_judge_a_run_that_stopped_short() {
        let story = held().at(300).unreached("no request was seen there");
        let (verdict, findings) = judge(&draining(), &story.end());
        assert_eq!(verdict, Verdict::Inconclusive);
        assert!(findings.iter().all(|finding| finding.check == CHECK.id), "{findings:?}");
        let unnamed: fn(&mut Draft) = |draft| _ = draft.operator().signal();
        let (verdict, _) = judge(&plan(unnamed), &ready().end());
        assert_eq!(verdict, Verdict::Inconclusive, "it runs even where a plan does not name it");
    }
}
