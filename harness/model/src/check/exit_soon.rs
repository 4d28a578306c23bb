use super::promptness::exit_within;
use super::{Check, Finding, View};
use crate::plan::Plan;

/// Like `exit-prompt`, with one more second: a server may keep a connection that becomes idle
/// during the shutdown open for one last request.
pub(super) const CHECK: Check = Check {
    id: "exit-soon",
    about: "the process exits within a second more than promptly once nothing is left to wait for",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    exit_within(history, plan.contract.prompt_ms + 1_000).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;

    #[test]
    fn server_exits_within_a_second_more_than_promptly() {
        let answered = || ready().at(200).posts("a").at(300).signalled().at(400).answered("a", 201);
        let rows: [Row<'_>; 3] = [
            ("promptly", answered().at(500).exits(0), &[]),
            ("with a second for one last request", answered().at(3_300).exits(0), &[]),
            ("after the keep-alive timeout", answered().at(5_400).exits(0), &["Late … 5000 ms"]),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
