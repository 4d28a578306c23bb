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

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::history::End;

    /// Probes on connections of their own, with these statuses, 10 ms apart after the signal.
    fn statuses(statuses: &[u16]) -> Story {
        let mut story = ready().at(200).probes("a").at(210).answered("a", 200).at(300).signalled();
        for (n, status) in (1..).zip(statuses) {
            story = story.at(300 + 10 * n).probes("a").at(305 + 10 * n).answered("a", *status);
        }
        story
    }

    fn refused(story: Story, at: u64) -> Story {
        story.at(at).refused("b", ConnectError::Refused)
    }

    #[test]
    fn no_once_said_stays_no() {
        let kept = || ready().at(200).connects("k").at(300).signalled();
        let rows: [Row<'_>; 10] = [
            ("200, then 503", statuses(&[200, 200, 503, 503]), &[]),
            ("200, then refused", refused(statuses(&[200, 200]), 400), &[]),
            ("503, then refused", refused(statuses(&[503]), 400), &[]),
            (
                "503, then 200",
                statuses(&[200, 503, 200, 200, 503]),
                &["Violation Must … it said no 25 ms after SIGTERM, and 200 again 35 ms … 2 times"],
            ),
            (
                "refused, then 200 on a connection that was kept",
                refused(kept(), 310).at(320).sends("k", Intent::Health).at(321).answered("k", 200),
                &["Violation Must … it said no 10 ms after SIGTERM, and 200 again 21 ms"],
            ),
            (
                "asked before the no, answered after it",
                refused(kept().at(305).sends("k", Intent::Health), 310).at(321).answered("k", 200),
                &[],
            ),
            ("an error", statuses(&[200, 500, 503]), &["Violation Must … 500, complete 25 ms"]),
            (
                "a close is no answer at all",
                kept().at(310).sends("k", Intent::Health).at(311).ended("k", End::Fin, 0),
                &[],
            ),
            (
                "silence",
                kept().at(310).sends("k", Intent::Health),
                &["Violation Must … silence until the end"],
            ),
            (
                "a no before the signal is another matter",
                ready().at(200).probes("a").at(210).answered("a", 503).at(300).signalled(),
                &[],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
