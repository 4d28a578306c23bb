use super::{Check, Finding, QUANTUM_US, RunView, Whose};
use crate::check::records::Conn;

pub(super) const CHECK: Check = Check {
    id: "idle-let-go",
    about: "an idle connection is closed when its grace is over",
    whose: Whose::WithWords,
    judge,
};

/// The number of timers in sequence: the grace after the seal, and the grace after a late answer.
const TIMERS: u64 = 2;

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let records = &view.records;
    let Some((sealed, _)) = records.sealed else { return Vec::new() };
    let policy = view.policy();
    let grace = policy.idle_grace_us.max(policy.first_byte_grace_us);
    let bound = sealed.us.saturating_add(grace).saturating_add(TIMERS * QUANTUM_US);
    // After the deadline the server cuts everything, and an early end of the run proves nothing.
    let exited = records.exited.map_or(u64::MAX, |(at, _)| at.us);
    if bound >= view.may_cut_from().min(exited) || records.last_us < bound {
        return Vec::new();
    }
    let held = |place: usize, conn: &Conn<'_>| {
        conn.accepted.is_some_and(|accepted| accepted < sealed)
            && conn.closed().is_none_or(|(closed, _)| closed.us > bound)
            && !conn.http2
            && !records.is_upgraded(place)
            && !view.is_lost(conn, bound)
            && records.calls_on(place).all(|call| call.over().is_some_and(|over| over < sealed))
            && records.asks_on(place).all(|ask| {
                ask.last.is_some() && ask.answered.is_some_and(|(at, _)| at.us <= sealed.us)
            })
    };
    let conns = records.conns.iter().enumerate();
    conns
        .filter(|(place, conn)| held(*place, conn))
        .map(|(_, conn)| {
            let expected =
                format!("an idle connection is closed {} ms after the seal", grace / 1000);
            let actual = match conn.closed() {
                Some((closed, _)) => format!("{} was closed {}", conn.name, view.when(closed.us)),
                None => format!("{} was not closed", conn.name),
            };
            Finding::violation(expected, actual).at(bound).about(conn.name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use lastorders_model::history::End;
    use lastorders_model::plan::Intent;

    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;

    #[test]
    fn idle_connection_closes_within_the_grace_after_the_seal() {
        let idle =
            || -> Story { ready().posts("a").at(200).serves("a", false).at(300).term().drains() };
        let rows: [Row<'_>; 8] = [
            ("in time", idle().at(552).parts("a").at(600).done(), &[]),
            (
                "late",
                idle().at(553).parts("a").at(600).done(),
                &["Violation Must … a@1 was closed 253 ms after SIGTERM"],
            ),
            (
                "not at all, and it was never used",
                ready().joins("b").at(300).term().drains().at(4_000).joins("x"),
                &["Violation Must … b@1 was not closed"],
            ),
            ("it was used once more", idle().at(500).asks("a").at(600).serves("a", true), &[]),
            (
                "half a head came",
                idle().at(400).sends_part("a", Intent::Work, (true, false)).at(4_000).term(),
                &[],
            ),
            ("its client left", idle().at(400).closed("a", End::Client).at(4_000).term(), &[]),
            ("a request was under way", ready().posts("a").at(300).term().drains().at(4_000), &[]),
            ("the server ended first", idle().at(310).done().at(4_000).term(), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }
}
