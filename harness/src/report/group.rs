use lastorders_model::check::Verdict;
use lastorders_model::history::EventKind;

use crate::run::ScenarioOutcome;

/// Scenarios that did not pass for one and the same reason, in the catalogue's order.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// At least one.
    pub(super) members: Vec<&'a ScenarioOutcome>,
}

/// What did not pass, each reason once.
///
/// Only what failed before the server was ready is put together: after that, two scenarios that
/// say the same may well have two causes.
pub(super) fn groups(scenarios: &[ScenarioOutcome]) -> Vec<Group<'_>> {
    let mut groups: Vec<(Option<String>, Group<'_>)> = Vec::new();
    for scenario in scenarios {
        match scenario.verdict {
            None | Some(Verdict::Pass) => continue,
            Some(Verdict::Warn | Verdict::Inconclusive | Verdict::Fail) => {}
        }
        let reason = reason(scenario);
        let known = groups.iter_mut().find(|(known, _)| reason.is_some() && *known == reason);
        match known {
            Some((_, group)) => group.members.push(scenario),
            None => groups.push((reason, Group { members: vec![scenario] })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Why the server was never ready, without what differs from run to run (ports, ids, times).
fn reason(came: &ScenarioOutcome) -> Option<String> {
    if came.history.events.iter().any(|event| event.what == EventKind::Ready) {
        return None;
    }
    let why = came.history.events.iter().find_map(|event| match &event.what {
        EventKind::NotReady { why } => Some(why.as_str()),
        _ => None,
    });
    let found = came.findings.iter().map(|finding| finding.actual.as_str());
    let text: Vec<_> = why.map_or_else(|| found.collect(), |why| vec![why]);
    let mut reason = format!("{:?} ", came.verdict);
    let mut in_number = false;
    for c in text.join("\n").chars() {
        let digit = c.is_ascii_digit();
        if !digit {
            reason.push(c);
        } else if !in_number {
            reason.push('#');
        }
        in_number = digit;
    }
    Some(reason)
}
