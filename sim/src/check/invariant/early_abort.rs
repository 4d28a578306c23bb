use super::{Check, Finding, RunView, Whose};

pub(super) const CHECK: Check = Check {
    id: "early-abort",
    about: "no request in flight is cut before the deadline, unless a second SIGINT forces the cut \
            or the client left",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some(notified) = records.notified else { return Vec::new() };
    let deadline = view.may_cut_from();
    let mut findings = Vec::new();
    for call in &records.calls {
        let Some(cut) = call.cut() else { continue };
        if cut < notified || cut.us >= deadline || view.is_lost(&records.conns[call.conn], cut.us) {
            continue;
        }
        let what = match call.ended {
            Some((_, Some(status))) => format!("the body of a {status} was dropped"),
            Some((_, None)) | None => "its handler was dropped".to_owned(),
        };
        let actual = format!("{what} {}", view.when(cut.us));
        let expected = "a request in flight has until the deadline";
        let finding = Finding::violation(expected, actual).at(cut.us);
        findings.push(finding.about(view.subject(call.conn, cut.us)));
    }
    findings
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::End;

    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;
    use crate::case::{LinkChange, LinkEvent};

    fn in_flight() -> Story {
        ready().at(290).posts("a").at(300).term().drains()
    }

    #[test]
    fn request_in_flight_has_until_the_deadline() {
        let rows: [Row<'_>; 9] = [
            ("finished", in_flight().at(900).serves("a", true), &[]),
            ("cut at the deadline", in_flight().at(8_300).ends("a", None), &[]),
            (
                "cut before it",
                in_flight().at(8_299).ends("a", None),
                &["Violation Must … its handler was dropped 7.9 s after SIGTERM"],
            ),
            (
                "its body was cut",
                in_flight().at(900).ends("a", Some(201)).at(950).written("a", false),
                &["Violation Must … the body of a 201 was dropped 650 ms after SIGTERM"],
            ),
            ("a tunnel has no body", in_flight().ends("a", Some(101)).written("a", false), &[]),
            (
                "its client left",
                in_flight().at(400).ended("a", End::Client, 0).ends("a", None),
                &[],
            ),
            (
                "its client left later",
                in_flight().at(400).ends("a", None).at(401).ended("a", End::Client, 0),
                &["Violation Must … 100 ms after SIGTERM"],
            ),
            ("before the signal", ready().posts("a").at(200).ends("a", None).at(300).term(), &[]),
            (
                "a second SIGTERM is no reason",
                in_flight().at(400).term().ends("a", None),
                &["Violation Must … 100 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case(), &rows);
    }

    #[test]
    fn second_sigint_or_a_cut_link_allows_an_early_cut() {
        let forced = ready().posts("a").at(300).int().at(400).int().ends("a", None);
        expect(&CHECK, &case(), &[("a second SIGINT", forced, &[])]);
        let mut case = case();
        let actor = "a".to_owned();
        case.conditions.network.events =
            vec![LinkEvent { at_us: 200_000, actor, change: LinkChange::Cut }];
        let rows: [Row<'_>; 2] = [
            ("a cut link", in_flight().at(400).ends("a", None), &[]),
            (
                "cut later than that",
                ready().at(200).posts("a").term().at(250).ends("a", None),
                &["Violation Must … 50 ms after SIGTERM"],
            ),
        ];
        expect(&CHECK, &case, &rows);
    }
}
