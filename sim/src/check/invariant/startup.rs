use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "startup",
    about: "a signal before the server is ready ends it at once with success, and it never listens",
    whose: Whose::Every,
    judge,
};

/// The signal itself may end a process that has no handlers yet. That is allowed.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let (Some(startup), Some(started)) = (view.case.conditions.startup, records.started) else {
        return Vec::new();
    };
    let ready = started.us.saturating_add(startup.lasts_us);
    let Some((notified, _)) = records.signals.first().filter(|(notified, _)| notified.us < ready)
    else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut wrong = |expected: &str, actual: String, us: u64| {
        findings.push(Finding::violation(expected, actual).at(us));
    };
    if let Some(ready) = records.ready {
        wrong("it never listens", format!("it did {}", view.when(ready.us)), ready.us);
    }
    let bound = notified.us.saturating_add(QUANTUM_US);
    match records.exited {
        Some((at, _)) if at.us > bound => {
            wrong("it ends at once", format!("it ended {}", view.when(at.us)), at.us);
        }
        Some((at, Some(code @ 1..))) => {
            wrong("nothing has gone wrong", format!("it exited with status {code}"), at.us);
        }
        Some(_) => {}
        None => wrong("it ends at once", "it did not".to_owned(), bound),
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready, starting};
    use super::*;
    use crate::case::Startup;

    #[test]
    fn server_that_is_signalled_before_ready_exits_at_once_and_never_serves() {
        let mut case = case();
        case.conditions.startup = Some(Startup { lasts_us: 100_000, refuses: true });
        let notified = || -> Story { starting().at(50).term() };
        let rows: [Row<'_>; 6] = [
            ("it ends", notified().exits(0), &[]),
            ("a tick later", notified().at(51).exits(0), &[]),
            (
                "later",
                notified().at(52).exits(0),
                &["Violation Must … it ended 2 ms after SIGTERM"],
            ),
            ("badly", notified().exits(1), &["Violation Must … it exited with status 1"]),
            (
                "it starts all the same",
                notified().at(100).answers().at(9_000),
                &["Violation Must it never listens …", "Violation Must … it did not"],
            ),
            ("a signal when it is ready", ready().at(300).term().at(400).exits(0), &[]),
        ];
        expect(&CHECK, &case, &rows);
    }
}
