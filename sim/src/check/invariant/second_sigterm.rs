use lastorders::drain::Phase;

use super::{Check, Finding, QUANTUM_US, Scene, Whose};

pub(super) const CHECK: Check = Check {
    id: "second-sigterm",
    about: "a second SIGTERM changes nothing",
    whose: Whose::Every,
    judge,
};

/// Wrappers deliver twice. A SIGINT in a shutdown that SIGTERM began changes nothing either, but
/// other servers may see that otherwise.
fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let facts = &scene.facts;
    if facts.forced.is_some() {
        return Vec::new();
    }
    let again = facts.signals.iter().skip(1);
    again
        .filter(|(_, signal)| *signal == lastorders_harness::plan::Signal::Term)
        // What ends within a quantum of the deadline may have ended by it.
        .filter(|(at, _)| at.us + QUANTUM_US < scene.may_cut_from())
        .filter_map(|(at, _)| {
            let soon = at.us + QUANTUM_US;
            let follows = |moment: &crate::check::records::Moment| moment > at && moment.us <= soon;
            let in_flight = facts.calls.iter().any(|call| call.is_open_at(*at));
            let actual = if facts.entered(Phase::Aborting).is_some_and(|it| follows(&it)) {
                "it cut what was in flight"
            } else if in_flight && facts.exited.is_some_and(|(it, _)| follows(&it)) && cut(scene) {
                "it ended, with work in flight"
            } else {
                return None;
            };
            Some(Finding::violation("a second SIGTERM changes nothing", actual).at(at.us))
        })
        .collect()
}

/// Whether the end cut something: in its last instant the last request may have ended by itself.
fn cut(scene: &Scene<'_>) -> bool {
    let facts = &scene.facts;
    let Some((exited, _)) = facts.exited else { return false };
    facts.calls.iter().any(|call| {
        let cut = call.cut().is_some_and(|cut| cut.us + QUANTUM_US >= exited.us);
        let left_open = call.over().is_none() && call.began < exited;
        (cut || left_open) && !scene.is_lost(&facts.conns[call.conn], exited.us)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;

    #[test]
    fn a_second_sigterm_is_ignored() {
        let again = || -> Story { ready().posts("a").at(300).term().drains().at(400).term() };
        let rows: [Row<'_>; 6] = [
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
            ("one alone", ready().at(300).term().exits(0), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
