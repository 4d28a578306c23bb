use super::promptness::exit_within;
use super::{Check, Finding};
use crate::history::History;
use crate::plan::Plan;

/// Like `exit-prompt`, with a second more: a connection that becomes idle during the shutdown may
/// be given the time for one last request.
pub(super) const CHECK: Check = Check {
    id: "exit-soon",
    about: "the process exits within a second more than promptly once nothing is left to wait for",
    judge,
};

fn judge(plan: &Plan, history: &History) -> Vec<Finding> {
    exit_within(history, plan.contract.prompt_ms + 1_000).into_iter().collect()
}
