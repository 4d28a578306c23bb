use lastorders::drain::Phase;
use lastorders_model::plan::StoreStep;

use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "settles",
    about: "when nothing is left in flight the server releases at once, and a healthy store is \
            released and not given up",
    whose: Whose::WithWords,
    judge,
};

/// Liveness: after the last connection has closed the server waits for nothing, whatever faults
/// came before.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(releases_at_once(view));
    findings.extend(releases_whole(view));
    findings
}

fn releases_at_once(view: &RunView<'_>) -> Option<Finding> {
    let records = &view.records;
    let (sealed, _) = records.sealed?;
    let mut quiet = sealed.us.max(records.begun_us()?);
    for conn in records.conns.iter().filter(|conn| conn.accepted.is_some()) {
        quiet = quiet.max(conn.dropped?.0.us);
    }
    for call in &records.calls {
        quiet = quiet.max(call.over()?.us);
    }
    let bound = quiet.saturating_add(QUANTUM_US);
    let seen_until =
        records.exited.map(|(at, _)| at).or(records.killed).map_or(records.last_us, |it| it.us);
    let late = records.entered(Phase::Releasing).is_none_or(|at| at.us > bound);
    if !late || seen_until <= bound || bound >= view.may_cut_from() {
        return None;
    }
    let actual = match records.entered(Phase::Releasing) {
        Some(at) => format!("it was draining until {}", view.when(at.us)),
        None => "it went on draining".to_owned(),
    };
    let expected = "the drain is over when nothing is left in flight";
    Some(Finding::violation(expected, actual).at(bound))
}

fn releases_whole(view: &RunView<'_>) -> Option<Finding> {
    let records = &view.records;
    let begun = records.releasing()?;
    let store = &view.case.conditions.store;
    let ready = records.ready.map_or(0, |at| at.us);
    let stalls = store.stalls.iter().map(|stall| stall.until_us);
    let mut ends = stalls.chain(store.outages.iter().map(|outage| outage.until_us));
    let stalled = ends.any(|until_us| ready.saturating_add(until_us) > begun.us);
    let slow = store.close_us.saturating_add(QUANTUM_US) >= view.policy().release_us;
    let cut = records.forced.is_some() || records.entered(Phase::Aborting).is_some();
    let broken = |it: &&StoreStep| matches!(it, StoreStep::Fault { .. } | StoreStep::Hold { .. });
    if stalled || slow || cut || view.case.plan.store_steps().iter().any(broken) {
        return None;
    }
    let given_up = records.releases.iter().find_map(|it| match it.over {
        Some((at, false)) => Some((at, it.resource)),
        Some((_, true)) | None => None,
    });
    let (at, resource) = given_up?;
    let actual = format!("{resource} was given up {}", view.when(at.us));
    Some(Finding::violation("a resource that can be released is released", actual).at(at.us))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;
    use crate::case::Stall;
    use crate::world::ReleaseState::{Begun, Done, GivenUp};

    #[test]
    fn drain_ends_when_nothing_is_left_in_flight() {
        let last = || -> Story {
            let held = ready().posts("a").at(300).term().drains().at(400);
            held.serves("a", true).at(401).parts("a")
        };
        let rows: [Row<'_>; 5] = [
            ("at once", last().phase("releasing").release(Begun).release(Done).exits(0), &[]),
            (
                "a while later",
                last().at(900).phase("releasing").exits(0),
                &["Violation Must … it was draining until 600 ms after SIGTERM"],
            ),
            ("never", last().at(5_000).term(), &["Violation Must … it went on draining"]),
            (
                "there is a connection left",
                last().joins("b").at(900).phase("releasing").exits(0),
                &[],
            ),
            ("cut at the deadline", last().joins("b").at(8_300).phase("aborting").done(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }

    #[test]
    fn release_of_a_healthy_store_completes() {
        let given_up = || -> Story {
            let begun = ready().at(300).term().drains().phase("releasing").release(Begun);
            begun.at(1_300).release(GivenUp).exits(0)
        };
        let lost = ["Violation Must … store was given up 1.0 s after SIGTERM"];
        expect(&CHECK, &case(), &[("well", given_up(), &lost)]);
        let mut slow = case();
        slow.conditions.store.close_us = 1_000_000;
        expect(&CHECK, &slow, &[("too slow by itself", given_up(), &[])]);
        let mut stalled = case();
        stalled.conditions.store.stalls = vec![Stall { from_us: 0, until_us: 200_001 }];
        expect(&CHECK, &stalled, &[("it stood still", given_up(), &[])]);
        stalled.conditions.store.stalls = vec![Stall { from_us: 0, until_us: 200_000 }];
        expect(&CHECK, &stalled, &[("no longer", given_up(), &lost)]);
    }
}
