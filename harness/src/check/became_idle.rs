use super::{Check, Finding};
use crate::history::History;
use crate::plan::{Intent, Plan};

/// The precondition of a claim about connections that become idle during the shutdown.
pub(super) const CHECK: Check = Check {
    id: "became-idle",
    about: "the request in flight is answered, so that its connection can become idle",
    judge,
};

fn judge(_: &Plan, history: &History) -> Vec<Finding> {
    let mut in_flight = history.exchanges().into_iter().filter(|exchange| {
        exchange.intent == Intent::Work && exchange.in_flight && exchange.answer().is_some()
    });
    if in_flight.next().is_some() {
        return Vec::new();
    }
    let expected = "an answer to the request in flight, and then an idle connection";
    vec![Finding::inconclusive(expected, "no request in flight was answered")]
}
