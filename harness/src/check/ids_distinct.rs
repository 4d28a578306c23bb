use std::collections::BTreeMap;

use super::{Check, Finding, View};
use crate::plan::{Intent, Plan};

/// No two jobs are the same job.
pub(super) const CHECK: Check =
    Check { id: "ids-distinct", about: "no two 201 answers carry the same id", judge };

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let mut findings = Vec::new();
    for exchange in history.exchanges() {
        if exchange.intent != Intent::Work || exchange.status() != Some(201) {
            continue;
        }
        let body = exchange.answer().and_then(|answer| answer.json()).unwrap_or_default();
        let Some(id) = body["id"].as_str() else { continue };
        let before = first.entry(id.to_owned()).or_insert_with(|| exchange.request.id.clone());
        if *before != exchange.request.id {
            let actual = format!("the id {id} was also given to {before}");
            let finding = Finding::violation("an id of its own for each job", actual);
            findings.push(finding.at(exchange.ended_us).about(&exchange.request.id));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, plan, ready};
    use super::*;

    #[test]
    fn an_id_is_given_once() {
        let two = || ready().at(200).posts("a").posts("b").at(210);
        let same = r#"{"id":"1","name":"x"}"#;
        let rows: [Row<'_>; 3] = [
            ("two ids", two().answered("a", 201).answered("b", 201), &[]),
            (
                "one id for two jobs",
                two().answered_with("a", 201, same, false).answered_with("b", 201, same, false),
                &["Violation Must … the id 1 was also given to a#1"],
            ),
            (
                "an answer that carries no id is another check's matter",
                two().answered_with("a", 201, "", false).answered_with("b", 201, "", false),
                &[],
            ),
        ];
        expect(&CHECK, &plan(|_| {}), &rows);
    }
}
