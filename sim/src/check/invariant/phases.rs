use lastorders::drain::Phase;

use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "phases",
    about: "the server enters its phases in order, each at most once",
    whose: Whose::WithWords,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let place = |name: &str| Phase::ALL.iter().position(|phase| phase.name() == name);
    let mut findings = Vec::new();
    let mut before: Option<&str> = None;
    for (at, name) in &view.records.phases {
        let wrong = match (place(name), before) {
            (None, _) => Some(format!("it entered {name:?}, which is none")),
            (Some(now), Some(before)) if place(before).is_some_and(|before| before >= now) => {
                Some(format!("{name} after {before}"))
            }
            _ => None,
        };
        if let Some(actual) = wrong {
            let expected = "each phase once at most, in their order";
            findings.push(Finding::violation(expected, actual).at(at.us));
        }
        before = Some(name);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect, ready};
    use super::*;

    #[test]
    fn phase_that_is_repeated_reversed_or_unknown_is_a_violation() {
        let rows: [Row<'_>; 5] = [
            ("as it should be", draining().at(600).done(), &[]),
            ("some are skipped", ready().at(300).term().phase("aborting").done(), &[]),
            (
                "one twice",
                draining().at(600).phase("draining").done(),
                &["Violation Must … draining after draining"],
            ),
            (
                "back again",
                draining().at(600).phase("releasing").phase("aborting").phase("done"),
                &["Violation Must … aborting after releasing"],
            ),
            ("none of ours", draining().phase("dancing"), &["Violation … \"dancing\", which is"]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
