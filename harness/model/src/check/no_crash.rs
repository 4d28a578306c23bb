use super::preconditions::how_it_ended;
use super::{Check, Finding, View};
use crate::history::EventKind;
use crate::plan::Plan;

/// The process must not crash. The check `exit-status` judges the status.
pub(super) const CHECK: Check =
    Check { id: "no-crash", about: "the process is not ended by a crash", judge };

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(at) = moments.exited else { return Vec::new() };
    history
        .events
        .iter()
        .filter_map(|event| {
            let EventKind::Exited { code, signal } = event.what else { return None };
            is_crash(code, signal).then_some((code, signal))
        })
        .map(|(code, signal)| {
            let actual = format!("it {} {}", how_it_ended(code, signal), moments.when(at));
            Finding::violation("the process ends without a crash", actual).at(at)
        })
        .collect()
}

/// A crash is an end by a signal that the plan never sends, a status of 128 plus such a signal, or
/// the status of a Rust panic.
fn is_crash(code: Option<i32>, signal: Option<i32>) -> bool {
    const SENT: [i32; 2] = [2, 15];
    const PANIC: i32 = 101;
    let said = code.filter(|code| *code > 128).map(|code| code - 128);
    signal.or(said).is_some_and(|signal| !SENT.contains(&signal)) || code == Some(PANIC)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;

    #[test]
    fn end_by_an_unsent_signal_or_a_panic_is_a_crash() {
        let signalled = || ready().at(300).signalled().at(310);
        let by = |signal| {
            signalled().event("server", EventKind::Exited { code: None, signal: Some(signal) })
        };
        let rows: [Row<'_>; 8] = [
            ("status 0", signalled().exits(0), &[]),
            ("status 1 is another check's matter", signalled().exits(1), &[]),
            ("143", signalled().exits(143), &[]),
            ("the signal that was sent", by(15), &[]),
            ("an abort", by(6), &["Violation Must … it was ended by SIGABRT 10 ms after SIGTERM"]),
            ("an abort, as a shell says it", signalled().exits(134), &["Violation … status 134"]),
            ("a panic", signalled().exits(101), &["Violation … status 101"]),
            ("killed by the world", signalled().at(10_300).killed(), &[]),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
