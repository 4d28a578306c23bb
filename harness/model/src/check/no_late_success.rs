use super::{Check, Finding, View};
use crate::plan::{Intent, Plan};

/// A server must not report work as done that the store never accepted.
pub(super) const CHECK: Check = Check {
    id: "no-late-success",
    about: "a request whose row never got into the store is never answered with a success",
    judge,
};

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(closed) = moments.rows_kept_out else { return Vec::new() };
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, ready, stopping};
    use super::*;
    use crate::history::End;

    #[test]
    fn success_while_the_gate_is_closed_is_a_violation() {
        let held = || ready().at(200).holds().at(210).posts("a").at(220).held().at(300).signalled();
        let warm = ready().at(150).posts("w").at(160).answered("w", 201).at(200).holds();
        let rows: [Row<'_>; 5] = [
            ("cut at the deadline", held().at(8_000).ended("a", End::Reset, 0).exits(0), &[]),
            ("an honest error", held().at(8_000).answered("a", 503).exits(0), &[]),
            (
                "a success at the deadline",
                held().at(8_000).answered("a", 201).exits(0).at(8_100).opens(),
                &["Violation Must … 201, complete 7.7 s after SIGTERM, while no row could get in"],
            ),
            (
                "a success once the gate was open",
                held().at(400).opens().at(401).answered("a", 201),
                &[],
            ),
            ("a success before it was closed", warm.at(300).signalled(), &[]),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
