use super::{Check, Finding};
use crate::history::{History, What};
use crate::plan::Plan;

/// A server that is told to stop stops by itself, before it is killed.
pub(super) const CHECK: Check = Check {
    id: "exit-in-grace",
    about: "the process exits by itself within the grace period",
    judge,
};

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let Some(signalled) = moments.signalled else { return Vec::new() };
    let grace = plan.contract.grace_ms;
    let expected = format!("the process exits by itself within {grace} ms of the signal");
    let Some(exited) = moments.exited else {
        let killed = history.events.iter().find_map(|event| match &event.what {
            What::Killed { why } => Some((event.at_us, why)),
            _ => None,
        });
        return vec![match killed {
            Some((at, why)) => {
                let actual = format!("it still ran {} and was killed: {why}", moments.when(at));
                Finding::late(expected, actual).at(at)
            }
            None => Finding::inconclusive(expected, "the run ended before the process did"),
        }];
    };
    if exited - signalled <= grace * 1000 {
        return Vec::new();
    }
    vec![Finding::late(expected, format!("it exited {}", moments.when(exited))).at(exited)]
}
