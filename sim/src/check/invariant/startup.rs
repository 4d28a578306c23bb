use super::{Check, Finding, QUANTUM_US, Scene, Whose};

pub(super) const CHECK: Check = Check {
    id: "startup",
    about: "a signal before the server is ready ends it at once, well, and it never listens",
    whose: Whose::Every,
    judge,
};

/// A process whose handlers are not there yet is ended by the signal itself, which is as well.
fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let facts = &scene.facts;
    let (Some(startup), Some(started)) = (scene.case.conditions.startup, facts.started) else {
        return Vec::new();
    };
    let ready = started.us.saturating_add(startup.lasts_us);
    let Some((told, _)) = facts.signals.first().filter(|(told, _)| told.us < ready) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut wrong = |expected: &str, actual: String, us: u64| {
        findings.push(Finding::violation(expected, actual).at(us));
    };
    if let Some(ready) = facts.ready {
        wrong("it never listens", format!("it did {}", scene.when(ready.us)), ready.us);
    }
    let bound = told.us.saturating_add(QUANTUM_US);
    match facts.exited {
        Some((at, _)) if at.us > bound => {
            wrong("it ends at once", format!("it ended {}", scene.when(at.us)), at.us);
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
    fn who_is_told_to_stop_while_it_starts_does_not_start() {
        let mut case = case();
        case.conditions.startup = Some(Startup { lasts_us: 100_000, refuses: true });
        let told = || -> Story { starting().at(50).term() };
        let rows: [Row<'_>; 6] = [
            ("it ends", told().exits(0), &[]),
            ("a tick later", told().at(51).exits(0), &[]),
            ("later", told().at(52).exits(0), &["Violation Must … it ended 2 ms after SIGTERM"]),
            ("badly", told().exits(1), &["Violation Must … it exited with status 1"]),
            (
                "it starts all the same",
                told().at(100).answers().at(9_000),
                &["Violation Must it never listens …", "Violation Must … it did not"],
            ),
            ("a signal when it is ready", ready().at(300).term().at(400).exits(0), &[]),
        ];
        expect(&CHECK, &case, &rows);
    }
}
