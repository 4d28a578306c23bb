use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "after-fin",
    about: "no request begins on a connection whose server has closed its side",
    whose: Whose::Every,
    judge,
};

/// The server cannot answer such a request, and the client may send the request again, so the
/// application would execute the request twice.
fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let late = records.calls.iter().filter_map(|call| {
        let conn = &records.conns[call.conn];
        let (closed, _) = conn.closed()?;
        (conn.is_known() && closed < call.began).then_some((call, closed))
    });
    late.map(|(call, closed)| {
        let actual = format!(
            "one began {}, and the FIN was sent {}",
            view.when(call.began.us),
            view.when(closed.us)
        );
        Finding::violation("no request is executed after our FIN", actual)
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
    fn request_after_the_servers_fin_is_not_executed() {
        let idle = || ready().joins("a").at(300).term().drains().at(550);
        let rows: [Row<'_>; 4] = [
            ("executed, then closed", idle().asks("a").serves("a", true).parts("a"), &[]),
            ("sent into the FIN, and not executed", idle().shut("a", 0).sends("a"), &[]),
            (
                "executed in the very instant",
                idle().shut("a", 0).asks("a"),
                &["Violation Must … one began 250 ms after SIGTERM, and the FIN was sent 250 ms"],
            ),
            (
                "executed when the socket had gone",
                draining().at(310).joins("b").dropped("b", 0).at(320).asks("b"),
                &["Violation Must … one began 20 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
