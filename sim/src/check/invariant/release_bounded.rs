use super::{Check, Finding, QUANTUM_US, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "release-bounded",
    about: "all releases end within the time that the policy allows",
    whose: Whose::WithWords,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(begun) = records.releasing() else { return Vec::new() };
    let allowed = view.policy().release_us;
    let bound = begun.us.saturating_add(allowed).saturating_add(QUANTUM_US);
    let exited = records.exited.map(|(at, _)| at);
    let seen_until = exited.or(records.killed).map_or(records.last_us, |at| at.us);
    let mut findings = Vec::new();
    for release in &records.releases {
        let name = release.resource;
        let (at, actual) = match release.over {
            Some((over, _)) if over.us > bound => {
                (over.us, format!("{name} was released {}", view.when(over.us)))
            }
            None if exited.is_some() => (seen_until, format!("{name} was under way at the end")),
            None if seen_until > bound => (bound, format!("{name} was neither done nor given up")),
            Some(_) | None => continue,
        };
        let expected = format!("all releases are over within {} ms", allowed / 1000);
        findings.push(Finding::violation(expected, actual).at(at));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect};
    use super::*;
    use crate::world::ReleaseState::{Begun, Done, GivenUp};

    #[test]
    fn release_ends_or_is_aborted_within_the_policys_time() {
        let begun = || draining().at(600).phase("releasing").release(Begun);
        let rows: [Row<'_>; 6] = [
            ("done", begun().at(700).release(Done).exits(0), &[]),
            ("given up", begun().at(1_601).release(GivenUp).exits(0), &[]),
            (
                "done too late",
                begun().at(1_602).release(Done).exits(0),
                &["Violation Must … within 1000 ms: store was released 1.3 s after SIGTERM"],
            ),
            ("never", begun().at(9_000).joins("a"), &["Violation … neither done nor given up"]),
            ("left behind", begun().exits(0), &["Violation Must … store was under way at the end"]),
            ("nothing to release", draining().done(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
