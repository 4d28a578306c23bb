use super::{Check, Finding, View};
use crate::history::EventKind;
use crate::plan::Plan;

/// A signalled server exits by itself, before the orchestrator kills it.
pub(super) const CHECK: Check = Check {
    id: "exit-in-grace",
    about: "the process exits by itself within the grace period",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(signalled) = moments.signalled else { return Vec::new() };
    let grace = plan.contract.grace_ms;
    let expected = format!("the process exits by itself within {grace} ms of the signal");
    let Some(exited) = moments.exited else {
        let killed = history.events.iter().find_map(|event| {
            let EventKind::Killed { why } = &event.what else { return None };
            Some((event.at_us, why))
        });
        return vec![match killed {
            Some((at, why)) => {
                let actual = format!("it still ran {} and was killed: {why}", moments.when(at));
                Finding::late(expected, actual).measured(grace, at.saturating_sub(signalled)).at(at)
            }
            None => Finding::inconclusive(expected, "the run ended before the process did"),
        }];
    };
    if exited.saturating_sub(signalled) <= grace * 1000 {
        return Vec::new();
    }
    let late = Finding::late(expected, format!("it exited {}", moments.when(exited)));
    vec![late.measured(grace, exited.saturating_sub(signalled)).at(exited)]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;

    #[test]
    fn signalled_server_exits_within_the_grace_period() {
        let signalled = || ready().at(300).signalled();
        let rows: [Row<'_>; 5] = [
            ("at once", signalled().at(310).exits(0), &[]),
            ("whatever its status", signalled().at(310).exits(1), &[]),
            ("in the last moment", signalled().at(10_300).exits(0), &[]),
            (
                "not before it is killed",
                signalled().at(10_300).killed(),
                &["Late Must … still ran 10.0 s after SIGTERM and was killed: the grace of 10 s"],
            ),
            (
                "nobody saw it",
                signalled(),
                &["Inconclusive … the run ended before the process did"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
