use std::collections::BTreeSet;

use serde_json::Value;

use super::finding::{excerpt, truncated};
use super::{Check, Finding, View};
use crate::history::{Answer, Exchange, Moments, NoJson};
use crate::plan::{Intent, Plan, Step};

/// `POST /work` must create a job until the signal. The check `ledger` judges requests in flight at
/// the signal; this check only reads the body of their `201`.
pub(super) const CHECK: Check = Check {
    id: "created",
    about: "POST /work with a good body is answered 201 with an id, a string, and the same name",
    judge,
};

const EXPECTED: &str = r#"201 with {"id": string, "name": the same name}"#;

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let exchanges = history.exchanges();
    let work = || exchanges.iter().filter(|exchange| exchange.intent == Intent::Work);
    let mut findings: Vec<_> = work().filter_map(|exchange| one(&moments, exchange)).collect();
    if moments.signalled.is_none() {
        let sent: BTreeSet<_> = work().filter_map(|sent| sent.request.name.clone()).collect();
        findings.extend(planned(plan).difference(&sent).map(|name| {
            let actual = format!("the request with the name {name} could not be sent");
            Finding::violation(EXPECTED, actual)
        }));
    }
    findings
}

fn one(moments: &Moments, exchange: &Exchange) -> Option<Finding> {
    let before = moments.signalled.is_none_or(|signalled| exchange.ended_us < signalled);
    let finding = match exchange.answer() {
        Some(answer) if answer.status == 201 => wrong_body(answer, exchange)?,
        Some(_) | None if before => Finding::violation(EXPECTED, exchange.outcome.to_string()),
        Some(_) | None => return None,
    };
    let finding = finding.about(&exchange.request.id);
    Some(if exchange.ended_us == u64::MAX { finding } else { finding.at(exchange.ended_us) })
}

fn wrong_body(answer: &Answer, exchange: &Exchange) -> Option<Finding> {
    let excerpt = excerpt(&answer.body);
    let body = match answer.json() {
        Ok(body) => body,
        Err(NoJson::Truncated) => return Some(truncated(EXPECTED, answer)),
        Err(NoJson::Malformed) => {
            let actual = format!("201 with a body that is no JSON: {excerpt}");
            return Some(Finding::violation(EXPECTED, actual));
        }
    };
    let wrong = if !body["id"].is_string() {
        format!("its id is {}, not a string", kind(&body["id"]))
    } else if body["name"].as_str() != exchange.request.name.as_deref() {
        "its name is not the one that was sent".to_owned()
    } else {
        return None;
    };
    Some(Finding::violation(EXPECTED, format!("201 with {excerpt}: {wrong}")))
}

/// The names of the requests that every run of the plan sends. Requests in repeats are left out.
fn planned(plan: &Plan) -> BTreeSet<String> {
    let scripts = plan.actors.iter().filter_map(|actor| actor.role.client_script());
    let own = scripts.flatten().filter_map(|step| match step {
        Step::Own(step) => step.request(),
        Step::Mark { .. } | Step::Await { .. } | Step::At { .. } | Step::Repeat { .. } => None,
    });
    let works = own.filter(|request| request.intent == Intent::Work);
    works.filter_map(|request| request.name.clone()).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "absent or null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, plan, ready};
    use super::*;
    use crate::history::End;
    use crate::plan::Request;

    #[test]
    fn good_request_is_answered_201_with_its_id_and_name() {
        let calm = plan(|draft| _ = draft.client("a").connect().send(Request::work("job-a-1")));
        let sent = || ready().at(200).posts("a").at(210);
        let body = |body| sent().answered_with("a", 201, body, false);
        let good = r#"{"id":"1","name":"job-a-1"}"#;
        let cut = |body| sent().answered_truncated("a", 201, body);
        let rows: [Row<'_>; 11] = [
            ("as it should be", sent().answered("a", 201), &[]),
            ("more than was asked for", body(r#"{"id":"1","name":"job-a-1","at":"now"}"#), &[]),
            ("no JSON", body("created"), &["Violation Must … a body that is no JSON: created"]),
            (
                "a body that was not kept whole proves nothing against the server",
                cut(r#"{"id":"1","#),
                &["Inconclusive Must … too long to be kept whole; it begins with {\"id\":\"1\","],
            ),
            (
                "a body that was not kept whole proves nothing for the server",
                cut(good),
                &["Inconclusive Must … kept whole"],
            ),
            ("no body", body(""), &["Violation Must … no JSON: an empty body"]),
            (
                "a number for an id",
                body(r#"{"id":7,"name":"job-a-1"}"#),
                &["Violation Must … its id is a number, not a string"],
            ),
            (
                "another name",
                body(r#"{"id":"7","name":"job"}"#),
                &["Violation Must … its name is not the one that was sent"],
            ),
            ("200 is not 201", sent().answered("a", 200), &["Violation … 200, complete"]),
            ("closed", sent().ended("a", End::Fin, 0), &["Violation … closed without a byte"]),
            ("never sent", ready(), &["Violation … the name job-a-1 could not be sent"]),
        ];
        expect(&CHECK, &calm, &rows);
    }

    #[test]
    fn request_in_flight_at_the_signal_needs_no_201_but_a_201_needs_a_good_body() {
        let stopping = plan(|draft| _ = draft.operator().signal());
        let sent = || ready().at(200).posts("a").at(300).signalled().at(310);
        let rows: [Row<'_>; 3] = [
            ("closed", sent().ended("a", End::Reset, 0), &[]),
            (
                "but a 201 is a good one",
                sent().answered_with("a", 201, "{}", false),
                &["Violation … its id is absent or null"],
            ),
            (
                "and before the signal all are answered",
                ready().at(200).posts("a").at(210).answered("a", 500).at(300).signalled(),
                &["Violation … 500, complete"],
            ),
        ];
        expect(&CHECK, &stopping, &rows);
    }
}
