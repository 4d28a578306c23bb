use super::{Check, Finding};
use crate::history::History;
use crate::plan::{Intent, Plan};

/// Work that the store never let happen is never reported as done.
pub(super) const CHECK: Check = Check {
    id: "no-late-success",
    about: "a request whose row never got into the store is never answered with a success",
    judge,
};

fn judge(_: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let Some(closed) = moments.gate_closed else { return Vec::new() };
    let opened = moments.gate_opened.unwrap_or(u64::MAX);
    history
        .exchanges()
        .iter()
        .filter(|exchange| exchange.intent == Intent::Work && exchange.first_us > closed)
        .filter(|exchange| exchange.status().is_some_and(|status| (200..300).contains(&status)))
        .filter(|exchange| exchange.ended_us < opened)
        .map(|exchange| {
            let when = moments.when(exchange.ended_us);
            let actual = format!("{} {when}, while no row could get in", exchange.outcome);
            let expected = "an error or a close for work that could not be done";
            Finding::violation(expected, actual).at(exchange.ended_us).about(&exchange.request.id)
        })
        .collect()
}
