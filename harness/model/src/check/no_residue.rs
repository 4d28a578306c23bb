use super::{Check, Finding, View};
use crate::history::EventKind;
use crate::plan::Plan;

/// Neither a process nor a listener may outlive the server.
pub(super) const CHECK: Check = Check {
    id: "no-residue",
    about: "after the exit no process of the server is left and nothing listens on its port",
    judge,
};

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let (Some(exited), true) = (moments.exited, moments.signalled.is_some()) else {
        let expected = "the process exits, and then nothing of it is left";
        return vec![Finding::inconclusive(expected, "it did not exit by itself")];
    };
    let mut findings = Vec::new();
    let mut looked = false;
    for event in &history.events {
        let EventKind::Residue { processes, listening } = &event.what else { continue };
        looked = true;
        if !processes.is_empty() {
            let actual = format!("left after the exit: {}", processes.join(", "));
            let expected = "no process of the server is left after its exit";
            findings.push(Finding::violation(expected, actual).at(event.at_us));
        }
        if *listening {
            let expected = "the port is free after the exit";
            let actual = "something still listens on it";
            findings.push(Finding::violation(expected, actual).at(event.at_us));
        }
    }
    if !looked {
        let expected = "the world looks for leftovers after the exit";
        findings.push(Finding::inconclusive(expected, "it did not look").at(exited));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;

    #[test]
    fn process_or_listener_that_outlives_the_server_is_a_violation() {
        let left = |processes: &[&str], listening| {
            let processes = processes.iter().map(|name| (*name).to_owned()).collect();
            let exited = ready().at(300).signalled().at(310).exits(0);
            exited.event("world", EventKind::Residue { processes, listening })
        };
        let rows: [Row<'_>; 5] = [
            ("nothing is left", left(&[], false), &[]),
            (
                "a child that keeps the port",
                left(&["41 worker"], true),
                &["Violation Must … left after the exit: 41 worker", "… still listens on it"],
            ),
            ("a child", left(&["41 a", "42 b"], false), &["Violation … 41 a, 42 b"]),
            (
                "it never exited",
                ready().at(300).signalled().at(10_300).killed(),
                &["Inconclusive … it did not exit by itself"],
            ),
            (
                "nobody looked",
                ready().at(300).signalled().at(310).exits(0),
                &["Inconclusive … it did not look"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
