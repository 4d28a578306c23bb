use std::collections::BTreeMap;

use super::{Check, Finding, View};
use crate::history::NoJson;
use crate::plan::{Intent, Plan};

/// Each job must have an id of its own.
pub(super) const CHECK: Check =
    Check { id: "ids-distinct", about: "no two 201 answers carry the same id", judge };

const EXPECTED: &str = "an id of its own for each job";

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut unknown = 0;
    for exchange in history.exchanges() {
        let created = exchange.answer().filter(|answer| answer.status == 201);
        let Some(answer) = created.filter(|_| exchange.intent == Intent::Work) else { continue };
        let body = match answer.json() {
            Ok(body) => body,
            Err(NoJson::Truncated) => {
                unknown += 1;
                continue;
            }
            Err(NoJson::Malformed) => continue,
        };
        let Some(id) = body["id"].as_str() else { continue };
        let before = first.entry(id.to_owned()).or_insert_with(|| exchange.request.id.clone());
        if *before != exchange.request.id {
            let actual = format!("the id {id} was also given to {before}");
            let finding = Finding::violation(EXPECTED, actual);
            findings.push(finding.at(exchange.ended_us).about(&exchange.request.id));
        }
    }
    if unknown > 0 {
        let actual = format!("ids unknown because a body is too long to be kept whole: {unknown}");
        findings.push(Finding::inconclusive(EXPECTED, actual));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, plan, ready};
    use super::*;

    #[test]
    fn two_jobs_never_get_the_same_id() {
        let two = || ready().at(200).posts("a").posts("b").at(210);
        let same = r#"{"id":"1","name":"x"}"#;
        let cut = |story: Story, client| story.answered_truncated(client, 201, same);
        let rows: [Row<'_>; 5] = [
            ("two ids", two().answered("a", 201).answered("b", 201), &[]),
            (
                "one id for two jobs",
                two().answered_with("a", 201, same, false).answered_with("b", 201, same, false),
                &["Violation Must … the id 1 was also given to a#1"],
            ),
            (
                "the ids of bodies that were not kept whole are unknown",
                cut(cut(two(), "a"), "b"),
                &["Inconclusive Must … ids unknown because a body is too long to be kept whole: 2"],
            ),
            (
                "one id is unknown and another is known",
                cut(two().answered_with("a", 201, same, false), "b"),
                &["Inconclusive Must … kept whole: 1"],
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
