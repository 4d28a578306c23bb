use super::preconditions::how_it_ended;
use super::{Check, Finding, View};
use crate::history::EventKind;
use crate::plan::Plan;

/// The end of the process is its own, whatever its status: that is another check's matter.
pub(super) const CHECK: Check =
    Check { id: "no-crash", about: "the process is not ended by a crash", judge };

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(at) = moments.exited else { return Vec::new() };
    history
        .events
        .iter()
        .filter_map(|event| match event.what {
            EventKind::Exited { code, signal } if is_crash(code, signal) => Some((code, signal)),
            _ => None,
        })
        .map(|(code, signal)| {
            let actual = format!("it {} {}", how_it_ended(code, signal), moments.when(at));
            Finding::violation("the process ends without a crash", actual).at(at)
        })
        .collect()
}

/// Ended by a signal that nobody sent, with a status that says so, or by a panic of Rust.
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
    fn a_crash_is_an_end_that_nobody_asked_for() {
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
