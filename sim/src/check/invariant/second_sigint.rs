use lastorders::drain::Phase;
use lastorders::exit_code::INTERRUPTED;

use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "second-sigint",
    about: "a second SIGINT ends the shutdown at once, with exit code 130",
    whose: Whose::WithWords,
    judge,
};

/// "At once" allows the abort grace and the time for releases. A release that has begun is given
/// up.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(forced) = records.forced else { return Vec::new() };
    // A SIGINT in the last instant or later may find nothing left to end.
    if records.exited.is_some_and(|(at, _)| at.us <= forced.us) {
        return Vec::new();
    }
    let expected = "a second SIGINT ends it at once";
    let releasing = records.entered(Phase::Releasing).is_some_and(|at| at < forced);
    let allowed = if releasing {
        QUANTUM_US
    } else {
        RunView::abort_grace_us() + view.policy().release_us + 2 * QUANTUM_US
    };
    let bound = forced.us.saturating_add(allowed);
    let ended = records.exited.map(|(at, _)| at).or(records.killed);
    if ended.map_or(records.last_us, |at| at.us) > bound {
        let actual = match ended {
            Some(at) => format!("it ended {}", view.when(at.us)),
            None => "it did not".to_owned(),
        };
        return vec![Finding::violation(expected, actual).at(bound)];
    }
    match records.exited {
        Some((at, Some(code))) if code != i32::from(INTERRUPTED) => {
            let actual = format!("its code is {code}");
            vec![Finding::violation("the code 130, which says so", actual).at(at.us)]
        }
        Some(_) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;

    #[test]
    fn second_sigint_ends_the_shutdown_at_once_with_130() {
        let once = || -> Story { ready().posts("a").at(300).int().drains().at(400) };
        let rows: [Row<'_>; 8] = [
            ("at once", once().int().phase("aborting").ends("a", None).exits(130), &[]),
            ("after a release", once().int().phase("aborting").at(1_452).exits(130), &[]),
            (
                "too late",
                once().int().phase("aborting").at(1_453).exits(130),
                &["Violation Must … it ended 1.1 s after SIGINT"],
            ),
            (
                "not at all",
                once().int().at(9_000).serves("a", true).exits(0),
                &["Violation Must … it ended 8.7 s after SIGINT"],
            ),
            (
                "with another code",
                once().int().at(401).exits(0),
                &["Violation Must … its code is 0"],
            ),
            (
                "in a release",
                once().phase("releasing").at(500).int().at(600).exits(130),
                &["Violation Must … it ended 300 ms after SIGINT"],
            ),
            ("in the instant of the end", once().done(), &[]),
            ("after a SIGTERM", ready().at(300).term().drains().at(400).int().done(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
