use super::preconditions::how_it_ended;
use super::{Check, Finding, Level};
use crate::history::{History, What};
use crate::plan::{ExitRule, Plan};

/// What the orchestrator learns from the exit.
pub(super) const CHECK: Check =
    Check { id: "exit-status", about: "a drain that went well ends with status 0", judge };

const SIGTERM: i32 = 15;

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let expected = "the process exits with status 0";
    let Some(at) = moments.exited else {
        let Some(killed) = moments.killed else { return Vec::new() };
        let actual = format!("it did not exit; it was killed {}", moments.when(killed));
        return vec![Finding::late(expected, actual).at(killed)];
    };
    let ended = history.events.iter().find_map(|event| match event.what {
        What::Exited { code, signal } => Some((code, signal)),
        _ => None,
    });
    let Some((code, signal)) = ended.filter(|(code, _)| *code != Some(0)) else {
        return Vec::new();
    };
    let actual = format!("it {} {}", how_it_ended(code, signal), moments.when(at));
    let finding = Finding::violation(expected, actual).at(at);
    let by_the_signal = signal == Some(SIGTERM) || code == Some(128 + SIGTERM);
    vec![match plan.contract.exit {
        ExitRule::Lenient if by_the_signal => finding.at_most(Level::Should),
        ExitRule::Strict | ExitRule::Lenient => finding,
    }]
}
