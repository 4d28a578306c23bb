use lastorders::drain::Phase;

use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "release-last",
    about: "no resource is released before the last request has ended or was cut",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(begun) = records.releasing() else { return Vec::new() };
    // The server stops waiting for a cut request after the abort grace.
    let cut = records.entered(Phase::Aborting).map_or(view.may_cut_from(), |at| at.us);
    if begun.us >= cut.saturating_add(RunView::abort_grace_us()) {
        return Vec::new();
    }
    let expected = "nothing is in flight when the first resource is released";
    let mut findings = Vec::new();
    for call in &records.calls {
        let actual = if call.began > begun {
            format!("a request began {}", view.when(call.began.us))
        } else if call.is_open_at(begun) {
            "a request was in flight".to_owned()
        } else {
            continue;
        };
        let finding = Finding::violation(expected, actual).at(begun.us);
        findings.push(finding.about(view.subject(call.conn, begun.us)));
    }
    for (place, conn) in records.conns.iter().enumerate() {
        let open = conn.closed().is_none_or(|(closed, _)| closed > begun);
        if open && records.is_upgraded(place) && !view.is_lost(conn, begun.us) {
            let actual = format!("{} had left HTTP and was open", conn.name);
            findings.push(Finding::violation(expected, actual).at(begun.us).about(conn.name));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::End;

    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;
    use crate::world::ReleaseState;

    #[test]
    fn resource_is_released_after_the_last_request() {
        let begun = |story: Story| story.release(ReleaseState::Begun);
        let held = || ready().posts("a").at(300).term().drains().at(400);
        let tunnel = || ready().posts("a").ends("a", Some(101)).answered("a", 101, false).at(300);
        let rows: [Row<'_>; 10] = [
            ("when the last has ended", begun(held().serves("a", true)), &[]),
            ("when it was cut", begun(held().at(8_300).phase("aborting").ends("a", None)), &[]),
            (
                "while its handler runs",
                begun(held()),
                &["Violation Must … a request was in flight"],
            ),
            (
                "while its body is written",
                begun(held().ends("a", Some(201))),
                &["Violation Must … a request was in flight"],
            ),
            (
                "while a handler does not let go",
                begun(held().at(8_300).phase("aborting").at(8_350)),
                &[],
            ),
            (
                "and one begins later",
                begun(held().serves("a", true)).asks("a"),
                &["Violation Must … a request began 100 ms after SIGTERM"],
            ),
            ("a tunnel that has gone", begun(tunnel().term().dropped("a", 0)), &[]),
            ("a tunnel whose client left", begun(tunnel().term().closed("a", End::Client)), &[]),
            (
                "a tunnel",
                begun(tunnel().term()),
                &["Violation Must … a@1 had left HTTP and was open"],
            ),
            ("nothing is released", held(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
