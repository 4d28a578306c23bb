use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "after-seal",
    about: "no request begins on a connection that was accepted after the listener was sealed",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some((sealed, _)) = records.sealed else { return Vec::new() };
    let late = records.calls.iter().filter(|call| {
        let conn = &records.conns[call.conn];
        conn.is_known() && conn.accepted.is_some_and(|accepted| accepted > sealed)
    });
    late.map(|call| {
        let actual =
            format!("one began {} on {}", view.when(call.began.us), records.conns[call.conn].name);
        Finding::violation("no request on a connection accepted after the seal", actual)
            .at(call.began.us)
            .about(view.subject(call.conn, call.began.us))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, case, draining, expect, ready};
    use super::*;

    #[test]
    fn request_on_a_connection_accepted_after_the_seal_is_a_violation() {
        let notified = || ready().at(300).term();
        let rows: [Row<'_>; 4] = [
            (
                "accepted before, asked after",
                ready().joins("a").at(300).term().sealed(0).asks("a"),
                &[],
            ),
            ("accepted while it was being sealed", notified().sealing(1).posts("a").sealed(0), &[]),
            ("accepted after, and not served", draining().at(310).joins("a").sends("a"), &[]),
            (
                "accepted after, and served",
                draining().at(310).posts("a"),
                &["Violation Must … one began 10 ms after SIGTERM on a@1"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
