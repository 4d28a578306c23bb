use std::collections::BTreeSet;

use super::store::Rows;
use super::{Check, Finding, View};
use crate::history::{Exchange, Outcome};
use crate::plan::{Intent, Plan};

/// A server refuses malformed requests and stays healthy.
pub(super) const CHECK: Check = Check {
    id: "bad-refused",
    about: "a request that makes no sense is answered 4xx, and makes no row",
    judge,
};

/// A server may close after this many bytes of a body that it refuses. The reset that follows may
/// destroy the server's answer.
const NEED_NOT_READ: u64 = 64 << 10;

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let exchanges = history.exchanges();
    let mut findings: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.intent == Intent::Bad)
        .filter_map(wrong)
        .collect();
    let rows = match Rows::of(history) {
        Ok(rows) => rows,
        Err(unknown) => {
            findings.push(*unknown);
            return findings;
        }
    };
    let good: BTreeSet<_> = exchanges
        .iter()
        .filter(|exchange| exchange.intent == Intent::Work)
        .filter_map(|exchange| exchange.request.name.as_deref())
        .collect();
    let of_good: u64 =
        rows.names().filter(|(name, _)| good.contains(name)).map(|(_, n)| u64::from(n)).sum();
    if rows.total > of_good {
        let actual = format!("rows that no good request made: {}", rows.total - of_good);
        findings.push(Finding::violation("no row for a request that is refused", actual));
    }
    findings
}

fn wrong(exchange: &Exchange) -> Option<Finding> {
    let fine = match &exchange.outcome {
        Outcome::Answered(answer) => (400..500).contains(&answer.status),
        Outcome::Closed(_) | Outcome::Cut(..) => exchange.bytes > NEED_NOT_READ,
        Outcome::NotSent | Outcome::Refused | Outcome::Abandoned => true,
        Outcome::Silence => false,
    };
    (!fine).then(|| {
        let expected = format!("4xx to {}", exchange.line);
        Finding::violation(expected, exchange.outcome.to_string()).about(&exchange.request.id)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, plan, ready};
    use super::*;
    use crate::history::End;

    #[test]
    fn malformed_request_is_answered_4xx_and_makes_no_row() {
        let bad = || ready().at(200).connects("a").sends("a", Intent::Bad).at(210);
        let huge = || {
            let sent = ready().at(200).connects("a");
            sent.sends_part("a", Intent::Bad, 1 << 20, (true, true)).at(210)
        };
        let rows: [Row<'_>; 9] = [
            ("400", bad().answered("a", 400).rows(&[]), &[]),
            ("422 is as good", bad().answered("a", 422).rows(&[]), &[]),
            (
                "taken for good",
                bad().answered("a", 201).rows(&[("42", 1)]),
                &["Violation … 201, complete", "Violation … rows that no good request made: 1"],
            ),
            (
                "an error of the server's",
                bad().answered("a", 500).rows(&[]),
                &["Violation Must 4xx to POST /work (bad): 500, complete"],
            ),
            (
                "the server died of it",
                bad().ended("a", End::Reset, 0).rows(&[]),
                &["Violation … reset without a byte"],
            ),
            ("silence", bad().rows(&[]), &["Violation … silence until the end"]),
            ("a huge one may be cut off", huge().ended("a", End::Reset, 0).rows(&[]), &[]),
            ("a huge one is not taken", huge().answered("a", 201).rows(&[]), &["Violation … 201"]),
            ("rows unknown", bad().answered("a", 400), &["Inconclusive … the run ended before"]),
        ];
        expect(&CHECK, &plan(|_| {}), &rows);
    }

    #[test]
    fn rows_of_good_requests_are_allowed() {
        let story = ready().at(200).posts("a").at(210).answered("a", 201).rows(&[("a", 1)]);
        expect(&CHECK, &plan(|_| {}), &[("a row, and a request for it", story, &[])]);
    }
}
