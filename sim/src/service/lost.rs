use std::collections::BTreeMap;

use lastorders_model::check::Finding;
use lastorders_model::history::{End, EventKind, History, RequestId};
use lastorders_model::plan::{Actor, ClientStep, Closing, Role, own_steps};

use crate::case::Case;
use crate::world::SimEvent;

/// Finds answers of the application with a 5xx status, and answers that began and never arrived.
pub(super) fn lost(case: &Case, history: &History) -> Vec<Finding> {
    [errors(history), unanswered(case, history)].concat()
}

/// Finds 5xx answers of the application. `/health` answers 503 on purpose.
fn errors(history: &History) -> Vec<Finding> {
    let mut lines = BTreeMap::new();
    let mut findings = Vec::new();
    for event in &history.events {
        let Some(seen) = SimEvent::of(event) else { continue };
        if let SimEvent::Began { call, line, .. } = seen {
            lines.insert(*call, line);
        }
        if let SimEvent::Ended { call, status: Some(status @ 500..) } = seen {
            let line = lines.get(call).map_or("?", |line| line.as_str());
            if line.ends_with(" /health") {
                continue;
            }
            let expected = "the application answers its requests";
            let actual = format!("it answered {line} with {status}");
            findings.push(named("app-error", expected, actual).at(event.at_us));
        }
    }
    findings
}

/// Finds requests that the application received, and whose clients got no whole answer, although
/// only the server could prevent it.
fn unanswered(case: &Case, history: &History) -> Vec<Finding> {
    let settles = case.conditions.promise.as_ref().is_some_and(|it| it.settled_us.is_some());
    let mut begun: BTreeMap<&str, usize> = BTreeMap::new();
    let mut asked: BTreeMap<&str, Vec<&RequestId>> = BTreeMap::new();
    let mut findings = Vec::new();
    for event in history.events.iter().filter(|_| settles) {
        if let Some(SimEvent::Began { conn, .. }) = SimEvent::of(event) {
            *begun.entry(conn).or_default() += 1;
        }
        if let EventKind::Sent { conn, request, first: true, .. } = &event.what {
            asked.entry(conn).or_default().push(request);
        }
        if let EventKind::Ended { conn, request, by: by @ (End::Fin | End::Reset), got, .. } =
            &event.what
        {
            let place = asked
                .get(conn.as_str())
                .and_then(|all| all.iter().position(|asked| asked.id == request.id));
            let was_begun = place.is_some_and(|it| begun.get(conn.as_str()) > Some(&it));
            if !was_begun || !hears(case, &event.actor) {
                continue;
            }
            let how = if *by == End::Fin { "closed" } else { "reset" };
            let expected = "each request that the application received is answered";
            let actual = format!("its connection was {how} after {got} bytes of an answer");
            let finding = named("unanswered", expected, actual).at(event.at_us);
            findings.push(finding.about(&request.id));
        }
    }
    findings
}

/// Whether all bytes from the server reach a client: its link never changes, the client reads at
/// once and does not close its side, and the server waits a round trip before a reset.
fn hears(case: &Case, name: &str) -> bool {
    let network = &case.conditions.network;
    let link = network.links.get(name).copied().unwrap_or(network.link);
    let lingers = case.conditions.policy.linger_us > link.to_server_us + link.to_client_us;
    let untouched = network.events.iter().all(|event| event.actor != name);
    let reads = |actor: &Actor| {
        let Role::Client { steps } = &actor.role else { return false };
        !own_steps(steps).into_iter().any(|step| {
            matches!(step, ClientStep::ReadSlowly { .. } | ClientStep::Close { how: Closing::Half })
        })
    };
    let client = case.plan.actors.iter().find(|actor| actor.name == name);
    lingers && untouched && client.is_some_and(reads)
}

fn named(check: &str, expected: &str, actual: String) -> Finding {
    let mut finding = Finding::violation(expected, actual);
    check.clone_into(&mut finding.check);
    finding
}
