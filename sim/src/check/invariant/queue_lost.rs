use super::{Check, Finding, QUANTUM_US, RunView, Whose};
use crate::case::Sealing;
use crate::check::records::{Conn, Moment};

pub(super) const CHECK: Check = Check {
    id: "queue-lost",
    about: "the seal loses no connection in the accept queue, and no handshake that the seal \
            waits for",
    whose: Whose::Every,
    judge,
};

fn judge(view: &RunView<'_>) -> Vec<Finding> {
    let Some((sealed, queued)) = view.records.sealed else { return Vec::new() };
    // At the deadline the server closes the listener without emptying its queue.
    if sealed.us >= view.may_cut_from() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if queued > 0 {
        let actual = format!("{queued} were reset in the queue");
        let expected = "every established connection is accepted before the door is closed";
        findings.push(Finding::violation(expected, actual).at(sealed.us));
    }
    findings.extend(handshakes(view, sealed));
    findings
}

/// Handshakes in flight at the start of the seal. A server that filters new SYNs waits for them,
/// for the handshake grace. For other servers a lost handshake is only a note.
fn handshakes(view: &RunView<'_>, sealed: Moment) -> Vec<Finding> {
    let records = &view.records;
    let Some((sealing, _)) = records.sealing.filter(|_| records.has_words()) else {
        return Vec::new();
    };
    let policy = view.policy();
    let network = &view.case.conditions.network;
    let grace_over = sealing.us.saturating_add(policy.handshake_grace_us);
    let roomy = records.conns.len() < usize::try_from(network.backlog).unwrap_or(usize::MAX);
    let waited_for = |conn: &&Conn<'_>| {
        let Some(connected) = conn.connected.filter(|_| conn.accepted.is_none()) else {
            return false;
        };
        // The server's SYN-ACK left before the seal, and the client's ACK came within the grace.
        let link = view.link(conn.actor());
        let arrived = connected.us + link.to_server_us + QUANTUM_US;
        connected.us + QUANTUM_US < sealing.us + link.to_client_us
            && arrived < grace_over.min(view.may_cut_from())
            && !view.is_lost(conn, arrived)
            && !view.link_was(None, conn.actor(), arrived)
    };
    if !roomy {
        return Vec::new();
    }
    let lost = records.conns.iter().filter(waited_for);
    lost.map(|conn| {
        let expected = "a handshake under way at the seal is waited for";
        let actual = format!("{} was never accepted", conn.name);
        match policy.sealing {
            Sealing::SynFilter => Finding::violation(expected, actual),
            Sealing::AcceptUntilEmpty => Finding::note(expected, actual),
        }
        .at(sealed.us)
        .about(conn.name)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, case, expect, ready};
    use super::*;

    fn notified() -> Story {
        ready().at(300).term().phase("sealing")
    }

    #[test]
    fn connection_in_the_accept_queue_is_accepted_before_the_seal() {
        let rows: [Row<'_>; 4] = [
            ("nobody waited", notified().sealing(0).sealed(0), &[]),
            ("one waited", notified().sealing(1).joins("a").sealed(0), &[]),
            (
                "two were lost",
                notified().sealing(2).sealed(2),
                &["Violation Must … 2 were reset in the queue"],
            ),
            ("at the deadline", notified().sealing(1).at(8_300).phase("aborting").sealed(1), &[]),
        ];
        expect(&CHECK, &case(), &rows);
    }

    #[test]
    fn handshake_in_flight_at_the_seal_is_waited_for() {
        let near = || ready().at_us(299_900).connects("a").at(300).term().phase("sealing");
        let rows: [Row<'_>; 4] = [
            ("accepted", near().sealing(0).at(301).accepted("a").at(350).sealed(0), &[]),
            (
                "lost",
                near().sealing(0).at(350).sealed(0),
                &["Violation Must … a@1 was never accepted"],
            ),
            (
                "its SYN came after the seal began",
                notified().sealing(0).at(320).connects("a").at(350).sealed(0),
                &[],
            ),
            (
                "its client left",
                near()
                    .sealing(0)
                    .closed("a", lastorders_model::history::End::Client)
                    .at(350)
                    .sealed(0),
                &[],
            ),
        ];
        // A quantum is two of these latencies.
        let mut case = case();
        case.conditions.network.link.to_client_us = 5_000;
        expect(&CHECK, &case, &rows);
        case.conditions.policy.sealing = Sealing::AcceptUntilEmpty;
        let noted: Row<'_> = ("worth a line", near().sealing(0).sealed(0), &["Note Info … a@1"]);
        expect(&CHECK, &case, &[noted]);
    }
}
