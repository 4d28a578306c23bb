use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "deadline",
    about: "the server always returns within the longest time of its policy after the signal",
    whose: Whose::Every,
    judge,
};

/// The number of timers in sequence: the deadline, the abort grace, the release. Each timer fires
/// at the first whole millisecond after it is due.
const TIMERS: u64 = 3;

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(begun) = records.begun_us() else { return Vec::new() };
    let policy = view.policy();
    let longest = policy
        .deadline_us
        .saturating_add(RunView::abort_grace_us())
        .saturating_add(policy.release_us);
    let bound = begun.saturating_add(longest).saturating_add(TIMERS * QUANTUM_US);
    let ended = records.exited.map(|(at, _)| at).or(records.killed);
    if ended.map_or(records.last_us, |at| at.us) <= bound {
        return Vec::new();
    }
    let expected = format!("it returns within {} ms of the signal", longest / 1000);
    let actual = match records.exited {
        Some((at, _)) => format!("it returned {}", view.when(at.us)),
        None => "it did not".to_owned(),
    };
    let finding = Finding::violation(expected, actual).at(bound);
    vec![match held_by(view, bound) {
        Some(conn) => finding.about(conn),
        None => finding,
    }]
}

/// The connection that the server waits for, such as one with half a head or a silent peer. `None`
/// if the server may wait for a request instead. An upgraded connection belongs to the application.
fn held_by<'a>(view: &RunView<'a>, at_us: u64) -> Option<&'a str> {
    let records = &view.records;
    let releasing = records.releasing().is_some_and(|begun| begun.us <= at_us);
    if releasing || records.calls.iter().any(|call| call.spans(at_us)) {
        return None;
    }
    let mut conns = records.conns.iter().enumerate();
    let held = conns.find(|(place, conn)| {
        let open = conn.closed().is_none_or(|(closed, _)| closed.us > at_us);
        open && conn.accepted.is_some() && conn.is_known() && !records.is_upgraded(*place)
    });
    held.map(|(_, conn)| conn.name)
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::EventKind;
    use lastorders_model::plan::Intent;

    use super::super::testing::{Row, Story, case, draining, expect, ready};
    use super::*;

    #[test]
    fn shutdown_never_lasts_longer_than_the_policy_allows() {
        let killed = || EventKind::Killed { why: "the grace was over".to_owned() };
        let rows: [Row<'_>; 7] = [
            ("in no time", draining().at(301).done(), &[]),
            ("at the last moment", draining().at(9_353).done(), &[]),
            (
                "a quantum later",
                draining().at_us(9_353_001).done(),
                &["Violation Must … 9050 ms of the signal: it returned 9.0 s after SIGTERM"],
            ),
            (
                "it did not",
                draining().at(60_000).event("world", killed()),
                &["Violation Must … it did not"],
            ),
            ("killed before: nothing is proved", draining().at(900).event("world", killed()), &[]),
            (
                "a second signal gives no more time",
                draining().at(8_000).term().at(12_000).done(),
                &["Violation Must … it returned 11.7 s after"],
            ),
            ("not told", ready().at(60_000).joins("a"), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }

    #[test]
    fn finding_names_the_only_connection_that_holds_the_server() {
        let half = || ready().joins("a").sends_part("a", Intent::Work, (true, false));
        let notified = |story: Story| story.at(300).term().drains();
        let late = |story| notified(story).at(60_000);
        let rows = [
            (late(half()), Some("a@1")),
            (late(half().posts("b")), None),
            (late(half().posts("b").serves("b", false)), Some("a@1")),
            (late(half().dropped("a", 0)), None),
            (notified(half()).at(9_354).dropped("a", 0).at(60_000), Some("a@1")),
            (late(ready()), None),
        ];
        for (n, (story, held)) in rows.into_iter().enumerate() {
            let (case, (history, ended)) = (case(), story.end());
            let findings = judge(&RunView::of(&case, &history, &ended));
            let about: Vec<_> = findings.iter().map(|it| it.request.as_deref()).collect();
            assert_eq!(about, [held], "row {n}");
        }
    }
}
