use lastorders::drain::Phase;

use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "second-sigterm",
    about: "a second SIGTERM changes nothing",
    whose: Whose::Every,
    judge,
};

/// Wrappers may send a signal twice. A SIGINT after a SIGTERM changes nothing in our server either,
/// but other servers may differ, so the check ignores that order.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    if records.forced.is_some() {
        return Vec::new();
    }
    let again = records.signals.iter().skip(1);
    again
        .filter(|(_, signal)| *signal == lastorders_model::plan::Signal::Term)
        .filter(|(at, _)| at.us < view.may_cut_from())
        .filter_map(|(at, _)| {
            // A deadline in the same instant may cut.
            let soon = (at.us + QUANTUM_US).min(view.may_cut_from() - 1);
            let follows = |moment: &crate::check::records::Moment| moment > at && moment.us <= soon;
            let in_flight = records.calls.iter().any(|call| call.is_open_at(*at));
            let actual = if records.entered(Phase::Aborting).is_some_and(|it| follows(&it)) {
                "it cut what was in flight"
            } else if in_flight && records.exited.is_some_and(|(it, _)| follows(&it)) && cut(view) {
                "it ended, with work in flight"
            } else {
                return None;
            };
            Some(Finding::violation("a second SIGTERM changes nothing", actual).at(at.us))
        })
        .collect()
}

/// Whether the end cut a request. A request may also end by itself in the last instant.
fn cut(view: &RunView<'_>) -> bool {
    let records = &view.records;
    let Some((exited, _)) = records.exited else { return false };
    records.calls.iter().any(|call| {
        let cut = call.cut().is_some_and(|cut| cut.us + QUANTUM_US >= exited.us);
        let left_open = call.over().is_none() && call.began < exited;
        (cut || left_open) && !view.is_lost(&records.conns[call.conn], exited.us)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;

    #[test]
    fn second_sigterm_is_ignored() {
        let again = || -> Story { ready().posts("a").at(300).term().drains().at(400).term() };
        let soon = |ms, us| -> Story {
            ready().posts("a").at(300).term().drains().at(ms).term().at_us(ms * 1000 + us)
        };
        let rows: [Row<'_>; 9] = [
            ("ignored", again().at(900).serves("a", true).parts("a").done(), &[]),
            (
                "the last request ends in that instant",
                again().serves("a", true).parts("a").done(),
                &[],
            ),
            (
                "it ends all",
                again().phase("aborting").ends("a", None).done(),
                &["Violation Must … it cut what was in flight"],
            ),
            ("it kills", again().exits(143), &["Violation Must … it ended, with work in flight"]),
            (
                "at the deadline, which cuts",
                ready().posts("a").at(300).term().drains().at(8_300).term().phase("aborting"),
                &[],
            ),
            (
                "just before the deadline, which cuts",
                soon(8_299, 1_000).phase("aborting").ends("a", None).done(),
                &[],
            ),
            (
                "it cuts just before the deadline",
                soon(8_299, 999).phase("aborting").ends("a", None).done(),
                &["Violation Must … it cut what was in flight"],
            ),
            (
                "it kills just before the deadline",
                soon(8_299, 999).exits(143),
                &["Violation Must … it ended, with work in flight"],
            ),
            ("one alone", ready().at(300).term().exits(0), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
