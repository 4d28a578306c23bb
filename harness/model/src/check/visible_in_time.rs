use super::{Check, Finding, View};
use crate::history::EventKind;
use crate::plan::Plan;

/// A load balancer must be able to see the shutdown.
pub(super) const CHECK: Check = Check {
    id: "visible-in-time",
    about: "a sign of the shutdown can soon be seen from outside",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let budget = plan.contract.visible_ms;
    let expected = format!("a sign of the shutdown within {budget} ms of the signal");
    let not_visible = |event: &&crate::history::Event| event.what == EventKind::NotVisible;
    history
        .events
        .iter()
        .filter(not_visible)
        .map(|event| {
            let actual = "the port was still listened on, /health did not say 503, and no idle \
                          connection was closed";
            Finding::late(&expected, actual).at(event.at_us)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;
    use crate::history::Sign;

    #[test]
    fn shutdown_is_visible_within_the_contracts_time() {
        let signalled = || ready().at(300).signalled();
        let rows: [Row<'_>; 2] = [
            ("a sign", signalled().at(320).visible(Sign::ListenerGone), &[]),
            (
                "none",
                signalled().at(1_300).event("world", EventKind::NotVisible),
                &["Late Must a sign of the shutdown within 1000 ms of the signal: the port was"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
