use super::promptness::exit_within;
use super::{Check, Finding, View};
use crate::plan::Plan;

/// A server with no work left exits at once.
pub(super) const CHECK: Check = Check {
    id: "exit-prompt",
    about: "the process exits promptly once nothing is left to wait for",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    exit_within(history, plan.contract.prompt_ms).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;
    use crate::history::{End, Sign};
    use crate::plan::Intent;

    #[test]
    fn server_exits_promptly_after_the_last_thing_it_waits_for() {
        let signalled = || ready().at(200).posts("a").at(300).signalled();
        let gone = || signalled().at(310).visible(Sign::ListenerGone).listener_gone();
        let lame = || signalled().at(310).visible(Sign::Unavailable);
        let upgraded = || {
            let asked = ready().at(200).connects("a").sends("a", Intent::Upgrade).at(210);
            let signalled = asked.answered("a", 101).at(300).signalled();
            signalled.at(310).visible(Sign::ListenerGone).listener_gone()
        };
        let rows: [Row<'_>; 12] = [
            (
                "after an upgraded connection ended",
                upgraded().at(6_000).closed("a", End::Fin).at(6_100).exits(0),
                &[],
            ),
            (
                "together with it",
                upgraded().at(8_000).exits(0).at(8_001).closed("a", End::Reset),
                &[],
            ),
            (
                "long after it",
                upgraded().at(1_300).closed("a", End::Fin).at(5_300).exits(0),
                &["Late Must … 4000 ms after the last thing that it had to wait for"],
            ),
            ("at once", gone().at(320).exits(0), &[]),
            (
                "idle, and yet it waits",
                gone().at(9_300).exits(0),
                &["Late Must … 9000 ms after the last thing that it had to wait for, 9.0 s after"],
            ),
            ("after a long answer", gone().at(6_000).answered("a", 201).at(6_100).exits(0), &[]),
            (
                "long after it",
                gone().at(2_300).answered("a", 201).at(5_000).exits(0),
                &["Late Must … 2700 ms after"],
            ),
            ("after a gate opened", gone().at(4_000).opens().at(4_010).exits(0), &[]),
            ("after a lame duck", lame().at(5_300).listener_gone().at(5_400).exits(0), &[]),
            ("a lame duck to the end", lame().at(9_300).exits(0), &[]),
            (
                "long after a lame duck",
                lame().at(3_300).listener_gone().at(9_300).exits(0),
                &["Late Must … 6000 ms after"],
            ),
            ("never", gone().at(10_300).killed(), &["Late Must … it still ran 10.0 s after"]),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }

    #[test]
    fn a_503_on_a_fresh_connection_shows_a_lame_duck_whatever_the_first_sign_was() {
        let signalled = ready().at(300).signalled().at(310).visible(Sign::ConnectionClosed);
        let lame = signalled.probes("a").at(311).answered("a", 503);
        let story = lame.at(5_000).listener_gone().at(5_010).exits(0);
        expect(&CHECK, &stopping(&CHECK), &[("idle ones are closed first", story, &[])]);
    }
}
