use lastorders_harness::history::End;

use super::{Check, Finding, QUANTUM_US, Scene, Whose};
use crate::check::records::{Ask, Conn};

pub(super) const CHECK: Check = Check {
    id: "http2",
    about: "over HTTP/2 no request above the last GOAWAY is executed, and each other is answered",
    whose: Whose::Every,
    judge,
};

/// A client knows the last GOAWAY: what is above it ended as refused, and may be sent again
/// elsewhere.
fn judge(scene: &Scene<'_>) -> Vec<Finding> {
    let conns = scene.facts.conns.iter().enumerate();
    let http2 = conns.filter(|(_, conn)| conn.http2 && conn.is_known());
    let findings = http2.flat_map(|(place, conn)| {
        executed(scene, place, conn).into_iter().chain(unanswered(scene, place, conn))
    });
    findings.collect()
}

/// More was executed than can have been, if what was refused was not.
fn executed(scene: &Scene<'_>, place: usize, conn: &Conn<'_>) -> Option<Finding> {
    let sent = || scene.facts.asks_on(place).filter(|ask| ask.last.is_some());
    let refused = |ask: &&Ask<'_>| matches!(ask.ended, Some((_, End::Refused, _)));
    let first = sent().find(refused)?;
    let may_be = sent().count() - sent().filter(refused).count();
    let executed = scene.facts.calls_on(place).count();
    if executed <= may_be {
        return None;
    }
    let (at, ..) = first.ended?;
    let actual = format!("{executed} of {} were, on {}", sent().count(), conn.name);
    let expected = format!("at most {may_be} requests are executed, the others were refused");
    Some(Finding::violation(expected, actual).at(at.us).about(first.id))
}

/// It was not refused, and the connection was closed in order all the same. A server cannot refuse
/// anything on a connection of which it does not know yet that it speaks HTTP/2: one that has been
/// silent may be closed like any other.
fn unanswered(scene: &Scene<'_>, place: usize, conn: &Conn<'_>) -> Vec<Finding> {
    let deadline = scene.may_cut_from();
    let asks = scene.facts.asks_on(place).filter(|ask| ask.last.is_some());
    let findings = asks.filter_map(|ask| {
        let (at, by, _) = ask.ended?;
        let closed = by == End::Fin && at.us < deadline && !scene.is_lost(conn, at.us);
        let judged = closed && has_spoken(scene, place, conn);
        judged.then(|| {
            let actual = format!("closed without one {}", scene.when(at.us));
            Finding::violation("an answer, or a refusal", actual).at(at.us).about(ask.id)
        })
    });
    findings.collect()
}

/// Whether the client's preface, which it sends as soon as it is connected, must have come before
/// the server closed: something was done for it, or nothing held the packet up.
fn has_spoken(scene: &Scene<'_>, place: usize, conn: &Conn<'_>) -> bool {
    let (Some(connected), Some((closed, _))) = (conn.connected, conn.closed()) else { return true };
    let served = scene.facts.calls_on(place).next().is_some()
        || scene.facts.asks_on(place).any(|ask| ask.answered.is_some());
    let actor = conn.actor();
    let came = connected.us + scene.link(actor).to_server_us + QUANTUM_US < closed.us;
    served || came && !scene.link_was(None, actor, closed.us)
}

#[cfg(test)]
mod tests {
    use lastorders_harness::plan::{Contract, Draft};

    use super::super::testing::{Row, Story, expect, ready};
    use super::*;
    use crate::case::{Case, LinkChange, LinkEvent};

    #[test]
    fn a_goaway_is_kept_to() {
        let mut draft = Draft::new("group/name", 1, Contract::default());
        draft.http2_client("a").connect();
        let case = Case::plain(draft.finish());
        let two = || -> Story {
            let one = ready().joins("a").asks("a").at(300).term().drains().serves("a", false);
            one.at(320).sends("a").at(330)
        };
        let rows: [Row<'_>; 6] = [
            ("answered", two().begins("a").serves("a", false), &[]),
            ("refused", two().ended("a", End::Refused, 0), &[]),
            (
                "refused, and executed",
                two().begins("a").ended("a", End::Refused, 0),
                &["Violation Must at most 1 requests … 2 of 2 were, on a@1"],
            ),
            (
                "closed on it",
                two().ended("a", End::Fin, 0),
                &["Violation Must … closed without one 30 ms after SIGTERM"],
            ),
            ("its client left", two().ended("a", End::Client, 0), &[]),
            ("at the deadline", two().at(8_300).ended("a", End::Fin, 0), &[]),
        ];
        expect(&CHECK, &case, &rows);
    }
    #[test]
    fn a_silent_connection_may_be_closed() {
        let mut draft = Draft::new("group/name", 1, Contract::default());
        draft.http2_client("a").connect();
        let case = Case::plain(draft.finish());
        let mut held = case.clone();
        let hold = LinkEvent { at_us: 200_000, actor: "a".to_owned(), change: LinkChange::Hold };
        held.conditions.network.events = vec![hold];
        // Connected at 300; the server lets go of it, and its client hears of that at 330.
        let closed_at = |us: u64| -> Story {
            let sent = ready().at(300).term().joins("a").sends("a").at_us(us);
            sent.parts("a").at(330).ended("a", End::Fin, 0)
        };
        let lost = &["Violation Must … closed without one 30 ms after SIGTERM"];
        let under_way: [Row<'_>; 2] = [
            ("its preface was under way", closed_at(301_500), &[]),
            ("it had come", closed_at(301_501), lost),
        ];
        expect(&CHECK, &case, &under_way);
        let served = ready().at(300).term().posts("a").serves("a", false).sends("a").at(320);
        let link_held: [Row<'_>; 2] = [
            ("its preface was held", closed_at(320_000), &[]),
            ("it had been answered", served.parts("a").at(330).ended("a", End::Fin, 0), lost),
        ];
        expect(&CHECK, &held, &link_held);
    }
}
