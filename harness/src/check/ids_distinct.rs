use std::collections::BTreeMap;

use super::{Check, Finding};
use crate::history::History;
use crate::plan::{Intent, Plan};

/// No two jobs are the same job.
pub(super) const CHECK: Check =
    Check { id: "ids-distinct", about: "no two 201 answers carry the same id", judge };

fn judge(_: &Plan, history: &History) -> Vec<Finding> {
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
