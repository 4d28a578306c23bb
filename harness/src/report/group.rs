use lastorders_model::check::Verdict;
use lastorders_model::history::EventKind;

use crate::run::ScenarioOutcome;

/// Scenarios that did not pass for the same reason, in the catalogue's order.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// At least one.
    pub(super) members: Vec<&'a ScenarioOutcome>,
}

/// The scenarios that did not pass, grouped by reason.
///
/// Only scenarios that failed before the server was ready are grouped. After that, the same finding
/// may have a different cause in each scenario.
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

/// Why the server was never ready, with each number (a port, an id, a time) replaced by `#`.
fn reason(outcome: &ScenarioOutcome) -> Option<String> {
    if outcome.history.events.iter().any(|event| event.what == EventKind::Ready) {
        return None;
    }
    let why = outcome.history.events.iter().find_map(|event| {
        if let EventKind::NotReady { why } = &event.what { Some(why.as_str()) } else { None }
    });
    let found = outcome.findings.iter().map(|finding| finding.actual.as_str());
    let text: Vec<_> = why.map_or_else(|| found.collect(), |why| vec![why]);
    let mut reason = format!("{:?} ", outcome.verdict);
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
