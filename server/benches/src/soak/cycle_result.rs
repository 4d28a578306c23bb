use serde_json::Value;

use crate::load::Tally;

/// The result of a cycle.
#[derive(Debug)]
pub struct CycleResult {
    /// The counted outcomes of the requests.
    pub tally: Tally,
    /// The faults, a sentence each.
    pub faults: Vec<String>,
}

impl CycleResult {
    /// Finds the faults in the clients' results and the server's report.
    #[must_use]
    pub(super) fn evaluate(tally: Tally, report: Option<&Value>) -> Self {
        let mut faults = Vec::new();
        if tally.lost() > 0 {
            let how = (&tally.lost_fresh, &tally.lost_kept_alive);
            faults.push(format!("lost {} requests: {how:?}", tally.lost()));
        }
        let others = [
            (tally.turned_away, "requests were turned away"),
            (tally.unanswered, "connects were left without any answer"),
            (
                tally.failed,
                "connects could not be tried: this machine ran out of descriptors or ports",
            ),
        ];
        faults.extend(
            others.iter().filter(|(n, _)| *n > 0).map(|(count, what)| format!("{count} {what}")),
        );
        match report {
            Some(report) => faults.extend(inconsistencies(report)),
            None => faults.push("the server printed no report".to_owned()),
        }
        Self { tally, faults }
    }
}

/// Finds deviations from the report of a shutdown that cut nothing.
fn inconsistencies(report: &Value) -> Vec<String> {
    let expected = [
        ("/cause", Value::from("SIGTERM")),
        ("/clean", Value::from(true)),
        ("/forced", Value::from(false)),
        ("/exit_code", Value::from(0)),
        ("/aborted/requests", Value::from(0)),
        ("/aborted/connections", Value::from(0)),
        ("/aborted/upgraded", Value::from(0)),
        ("/aborted/tasks", Value::from(0)),
        ("/aborted_connections", Value::Array(Vec::new())),
    ];
    let mut found = Vec::new();
    for (path, expected) in expected {
        let reported = report.pointer(path).unwrap_or(&Value::Null);
        if *reported != expected {
            found.push(format!("the report says {path} {reported} and not {expected}"));
        }
    }
    if report.pointer("/seal_method").is_none_or(Value::is_null) {
        found.push("the report names no seal method".to_owned());
    }
    // Without connections there was no load, so the cycle tested nothing.
    if report.pointer("/at_signal/connections").and_then(Value::as_u64).unwrap_or(0) == 0 {
        found.push("the report says that no client was connected at the signal".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::Loss;

    fn clean() -> Value {
        let none = json!({"requests": 0, "connections": 0, "upgraded": 0, "tasks": 0});
        json!({
            "cause": "SIGTERM", "clean": true, "forced": false, "exit_code": 0,
            "seal_method": "any", "at_signal": {"connections": 3},
            "aborted": none, "aborted_connections": [],
        })
    }

    #[test]
    fn clean_cycle_has_no_faults() {
        assert_eq!(
            CycleResult::evaluate(Tally::default(), Some(&clean())).faults,
            Vec::<String>::new()
        );
    }

    #[test]
    fn deviating_report_is_a_fault() {
        let others = [
            ("/cause", json!("SIGINT")),
            ("/clean", json!(false)),
            ("/forced", json!(true)),
            ("/exit_code", json!(3)),
            ("/seal_method", Value::Null),
            ("/at_signal/connections", json!(0)),
            ("/aborted/requests", json!(1)),
            ("/aborted/connections", json!(1)),
            ("/aborted/tasks", json!(1)),
            ("/aborted_connections", json!([{"connection": 1}])),
        ];
        for (path, other) in others {
            let mut report = clean();
            *report.pointer_mut(path).expect("the path is in the report") = other;
            let faults = CycleResult::evaluate(Tally::default(), Some(&report)).faults;
            assert_eq!(faults.len(), 1, "{path}: {faults:?}");
        }
        assert_eq!(CycleResult::evaluate(Tally::default(), None).faults.len(), 1);
    }

    #[test]
    fn lost_and_unanswered_requests_are_faults() {
        let mut lost = Tally::default();
        lost.lose(Loss::Reset, true);
        let others = [
            lost,
            Tally { turned_away: 1, ..Tally::default() },
            Tally { unanswered: 1, ..Tally::default() },
            Tally { failed: 1, ..Tally::default() },
        ];
        for other in others {
            assert_eq!(CycleResult::evaluate(other, Some(&clean())).faults.len(), 1);
        }
    }
}
