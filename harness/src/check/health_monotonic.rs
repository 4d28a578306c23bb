use super::{Check, Finding};
use crate::history::{ConnectError, Exchange, History, Moments, Outcome, What};
use crate::plan::{Intent, Plan};

/// A server that has said no does not say yes again: whoever routes by `/health` would send it
/// work that nobody will do.
pub(super) const CHECK: Check = Check {
    id: "health-monotonic",
    about: "after the signal /health is 200 for a while, then never again, and never an error",
    judge,
};

fn judge(_: &Plan, history: &History) -> Vec<Finding> {
    let moments = history.moments();
    let Some(signalled) = moments.signalled else { return Vec::new() };
    let exchanges = history.exchanges();
    let probes: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.intent == Intent::Health && exchange.ended_us >= signalled)
        .collect();
    let mut findings: Vec<_> = [back(&moments, history, &probes)].into_iter().flatten().collect();
    findings.extend(probes.iter().filter_map(|probe| error(&moments, probe)));
    findings
}

/// The first 200 to a probe that was sent after the first no.
fn back(moments: &Moments, history: &History, probes: &[&Exchange]) -> Option<Finding> {
    let no = first_no(moments, history, probes)?;
    let flipped: Vec<_> =
        probes.iter().filter(|probe| probe.status() == Some(200) && probe.first_us > no).collect();
    let first = flipped.first()?;
    let actual = format!(
        "it said no {}, and 200 again {} ({} times in all)",
        moments.when(no),
        moments.when(first.ended_us),
        flipped.len()
    );
    let finding = Finding::violation("no 200 from /health after the first 503 or refusal", actual);
    Some(finding.at(first.ended_us).about(&first.request.id))
}

/// When a probe was answered 503, or its connection refused, for the first time.
fn first_no(moments: &Moments, history: &History, probes: &[&Exchange]) -> Option<u64> {
    let signalled = moments.signalled?;
    let refused = history.events.iter().filter_map(|event| match &event.what {
        What::NotConnected { error: ConnectError::Refused, .. } => Some(event.at_us),
        _ => None,
    });
    let unavailable =
        probes.iter().filter(|probe| probe.status() == Some(503)).map(|probe| probe.ended_us);
    refused.filter(|at| *at >= signalled).chain(unavailable).min()
}

fn error(moments: &Moments, probe: &Exchange) -> Option<Finding> {
    let fine = match &probe.outcome {
        Outcome::Answered(answer) => matches!(answer.status, 200 | 503),
        Outcome::Closed(_) | Outcome::Abandoned | Outcome::NotSent => true,
        Outcome::Cut(..) | Outcome::Silence => false,
    };
    if fine {
        return None;
    }
    let expected = "200, then 503, refused, or closed";
    let finding = match probe.ended_us {
        u64::MAX => Finding::violation(expected, probe.outcome.to_string()),
        at => {
            let actual = format!("{} {}", probe.outcome, moments.when(at));
            Finding::violation(expected, actual).at(at)
        }
    };
    Some(finding.about(&probe.request.id))
}
