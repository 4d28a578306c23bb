use serde_json::Value;

use crate::load::Tally;

/// A cycle, as it went.
#[derive(Debug)]
pub struct Cycle {
    /// What became of the requests.
    pub tally: Tally,
    /// What is wrong, a sentence each.
    pub faults: Vec<String>,
}

impl Cycle {
    /// Judges what the clients saw and what the server reported.
    #[must_use]
    pub(super) fn judge(tally: Tally, report: Option<&Value>) -> Self {
        let mut faults = Vec::new();
        if tally.lost() > 0 {
            let how = (&tally.lost_fresh, &tally.lost_kept_alive);
            faults.push(format!("lost {} requests: {how:?}", tally.lost()));
        }
        let others = [
            (tally.turned_away, "requests were turned away"),
            (tally.unanswered, "connects were left without any answer"),
            (tally.failed, "connects could not be tried: the machine is out of something"),
        ];
        faults.extend(
            others.iter().filter(|(n, _)| *n > 0).map(|(count, what)| format!("{count} {what}")),
        );
        match report {
            Some(report) => faults.extend(inconsistencies(report)),
            None => faults.push("there is no report".to_owned()),
        }
        Self { tally, faults }
    }
}

/// What a report says of a shutdown that cut nothing.
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
    if report.pointer("/method").is_none_or(Value::is_null) {
        found.push("the report names no method".to_owned());
    }
    // Otherwise there was no load, and nothing was tried.
    if report.pointer("/at_signal/connections").and_then(Value::as_u64).unwrap_or(0) == 0 {
        found.push("the report says that nobody was connected at the signal".to_owned());
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
            "cause": "SIGTERM", "clean": true, "forced": false, "exit_code": 0, "method": "any",
            "at_signal": {"connections": 3}, "aborted": none, "aborted_connections": [],
        })
    }

    #[test]
    fn a_clean_cycle_has_no_faults() {
        assert_eq!(Cycle::judge(Tally::default(), Some(&clean())).faults, Vec::<String>::new());
    }

    #[test]
    fn whatever_else_the_report_says_is_a_fault() {
        let others = [
            ("/cause", json!("SIGINT")),
            ("/clean", json!(false)),
            ("/forced", json!(true)),
            ("/exit_code", json!(3)),
            ("/method", Value::Null),
            ("/at_signal/connections", json!(0)),
            ("/aborted/requests", json!(1)),
            ("/aborted/connections", json!(1)),
            ("/aborted/tasks", json!(1)),
            ("/aborted_connections", json!([{"connection": 1}])),
        ];
        for (path, other) in others {
            let mut report = clean();
            *report.pointer_mut(path).expect("it is in the report") = other;
            let faults = Cycle::judge(Tally::default(), Some(&report)).faults;
            assert_eq!(faults.len(), 1, "{path}: {faults:?}");
        }
        assert_eq!(Cycle::judge(Tally::default(), None).faults.len(), 1);
    }

    #[test]
    fn what_clients_missed_is_a_fault() {
        let mut lost = Tally::default();
        lost.lose(Loss::Reset, true);
        let others = [
            lost,
            Tally { turned_away: 1, ..Tally::default() },
            Tally { unanswered: 1, ..Tally::default() },
            Tally { failed: 1, ..Tally::default() },
        ];
        for other in others {
            assert_eq!(Cycle::judge(other, Some(&clean())).faults.len(), 1);
        }
    }
}
