use super::finding::{excerpt, truncated};
use super::{Check, Finding, View};
use crate::history::{Exchange, NoJson};
use crate::plan::{Intent, Plan};

/// `/health` must say ok until the signal.
pub(super) const CHECK: Check = Check {
    id: "health-ok",
    about: "before the signal, GET /health is answered 200 with the status ok",
    judge,
};

fn judge(_: &Plan, history: &View<'_>) -> Vec<Finding> {
    let signalled = history.moments().signalled.unwrap_or(u64::MAX);
    let probes: Vec<_> = history
        .exchanges()
        .iter()
        .filter(|exchange| exchange.intent == Intent::Health && exchange.first_us < signalled)
        // A probe in flight at the signal may get either answer.
        .filter(|exchange| exchange.ended_us < signalled || signalled == u64::MAX)
        .collect();
    if probes.is_empty() && signalled == u64::MAX {
        let (expected, actual) = ("GET /health is answered", "no GET /health could be sent");
        return vec![Finding::violation(expected, actual)];
    }
    probes.into_iter().filter_map(wrong).collect()
}

fn wrong(exchange: &Exchange) -> Option<Finding> {
    let expected = r#"200 with {"status":"ok"}"#;
    let finding = match exchange.answer() {
        Some(answer) if answer.status == 200 => match answer.json() {
            Ok(body) if body["status"] == "ok" => return None,
            Err(NoJson::Truncated) => truncated(expected, answer),
            Ok(_) | Err(NoJson::Malformed) => {
                Finding::violation(expected, format!("200 with {}", excerpt(&answer.body)))
            }
        },
        Some(_) | None => Finding::violation(expected, exchange.outcome.to_string()),
    };
    Some(finding.about(&exchange.request.id))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, expect, plan, ready};
    use super::*;
    use crate::history::End;

    #[test]
    fn health_is_ok_until_the_signal() {
        let probe = || ready().at(200).probes("a").at(210);
        let body = |body| probe().answered_with("a", 200, body, false);
        let long = format!(r#"{{"status":"ok","checks":"{}"}}"#, "x".repeat(3 << 10));
        let cut = |body| probe().answered_truncated("a", 200, body);
        let rows: [Row<'_>; 11] = [
            ("as it should be", probe().answered("a", 200), &[]),
            ("more than was asked for", body(r#"{"status":"ok","version":3}"#), &[]),
            ("much more than was asked for", body(&long), &[]),
            (
                "a body that was not kept whole proves nothing against the server",
                cut(r#"{"status":"ok","#),
                &["Inconclusive … too long to be kept whole; it begins with {\"status\":\"ok\","],
            ),
            (
                "a body that was not kept whole proves nothing for the server",
                cut(r#"{"status":"ok"}"#),
                &["Inconclusive Must … kept whole"],
            ),
            ("another word", body(r#"{"status":"OK"}"#), &["Violation Must … 200 with"]),
            ("no JSON", body("ok"), &["Violation Must … 200 with ok"]),
            ("503", probe().answered("a", 503), &["Violation Must … 503, complete"]),
            ("closed", probe().ended("a", End::Fin, 0), &["Violation … closed without a byte"]),
            ("nobody could ask", ready(), &["Violation … no GET /health could be sent"]),
            (
                "at the signal and later, other checks judge",
                probe().at(300).signalled().at(310).answered("a", 503).probes("b"),
                &[],
            ),
        ];
        expect(&CHECK, &plan(|_| {}), &rows);
    }
}
