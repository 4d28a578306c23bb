use super::promptness::exit_within;
use super::{Check, Finding};
use crate::history::History;
use crate::plan::Plan;

/// A server that has nothing left to do does not wait.
pub(super) const CHECK: Check = Check {
    id: "exit-prompt",
    about: "the process exits promptly once nothing is left to wait for",
    judge,
};

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    exit_within(history, plan.contract.prompt_ms).into_iter().collect()
}
