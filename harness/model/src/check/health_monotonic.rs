use std::collections::BTreeSet;

use super::{Check, Finding, View};
use crate::history::{ConnectError, EventKind, Exchange, Moments, Outcome, Sign};
use crate::plan::{Intent, Plan};

/// A server must not say 200 again after a no, because a load balancer would then send work that
/// the server never does.
pub(super) const CHECK: Check = Check {
    id: "health-monotonic",
    about: "after the signal /health is 200 for a while, then never again, and never an error",
    judge,
};

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let Some(signalled) = moments.signalled else { return Vec::new() };
    let exchanges = history.exchanges();
    let probes: Vec<_> = exchanges
        .iter()
        .filter(|exchange| exchange.intent == Intent::Health && exchange.ended_us >= signalled)
        .collect();
    let mut findings: Vec<_> = back(&moments, &No::first(history), &probes).into_iter().collect();
    findings.extend(probes.iter().filter_map(|probe| error(plan, &moments, probe)));
    findings
}

/// The times at which the server first said no.
#[derive(Default)]
struct No {
    /// A 503 to a client or to the world's own probes. No client may get a 200 later.
    unavailable: Option<u64>,
    /// A refused connection. No connection that opens later may get a 200.
    refused: Option<u64>,
}

impl No {
    fn first(history: &View<'_>) -> Self {
        let mut no = Self::default();
        let mut signalled = false;
        let health: BTreeSet<_> = history
            .exchanges()
            .iter()
            .filter(|exchange| exchange.intent == Intent::Health)
            .map(|exchange| exchange.request)
            .collect();
        for event in &history.events {
            match &event.what {
                EventKind::Signalled { .. } => signalled = true,
                EventKind::Visible { sign: Sign::Unavailable } => {
                    no.unavailable.get_or_insert(event.at_us);
                }
                EventKind::Answered { request, answer, .. }
                    if signalled && answer.status == 503 && health.contains(request) =>
                {
                    no.unavailable.get_or_insert(event.at_us);
                }
                EventKind::NotConnected { error: ConnectError::Refused, .. } if signalled => {
                    no.refused.get_or_insert(event.at_us);
                }
                // No other kind says no.
                _ => {}
            }
        }
        no
    }

    /// The time of the no before this probe, in microseconds.
    fn before(&self, probe: &Exchange) -> Option<u64> {
        let unavailable = self.unavailable.filter(|at| probe.first_us > *at);
        unavailable.or_else(|| self.refused.filter(|at| probe.connected_us > *at))
    }
}

/// Looks for the first 200 to a probe that was sent after a no.
fn back(moments: &Moments, no: &No, probes: &[&Exchange]) -> Option<Finding> {
    let is_back = |probe: &&&Exchange| probe.status() == Some(200) && no.before(probe).is_some();
    let flipped: Vec<_> = probes.iter().filter(is_back).collect();
    let first = flipped.first()?;
    let actual = format!(
        "it said no {}, and 200 again {} ({} times in all)",
        moments.when(no.before(first)?),
        moments.when(first.ended_us),
        flipped.len()
    );
    let finding = Finding::violation("no 200 from /health after the first 503 or refusal", actual);
    Some(finding.at(first.ended_us).about(&first.request.id))
}

fn error(plan: &Plan, moments: &Moments, probe: &Exchange) -> Option<Finding> {
    let fine = match &probe.outcome {
        Outcome::Answered(answer) => matches!(answer.status, 200 | 503),
        Outcome::Closed(_) | Outcome::Refused | Outcome::Abandoned | Outcome::NotSent => true,
        Outcome::Cut(..) => probe.half_closed,
        Outcome::Silence => false,
    };
    let expected = "200, then 503, refused, or closed";
    let waited = probe.ended_us.saturating_sub(probe.last_us?) / 1000;
    let finding = match probe.ended_us {
        u64::MAX => Finding::violation(expected, probe.outcome.to_string()),
        at if !fine => {
            let actual = format!("{} {}", probe.outcome, moments.when(at));
            Finding::violation(expected, actual).at(at)
        }
        at if waited > plan.contract.answer_ms => {
            let actual = format!("silence for {waited} ms, then {}", probe.outcome);
            let waited_us = at.saturating_sub(probe.last_us?);
            Finding::late(expected, actual).measured(plan.contract.answer_ms, waited_us).at(at)
        }
        _ => return None,
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
    fn health_never_goes_back_to_200_after_a_no() {
        let kept = || ready().at(200).connects("k").at(300).signalled();
        let asked = || kept().at(310).sends("k", Intent::Health);
        let rows: [Row<'_>; 15] = [
            ("200, then 503", statuses(&[200, 200, 503, 503]), &[]),
            ("200, then refused", refused(statuses(&[200, 200]), 400), &[]),
            ("503, then refused", refused(statuses(&[503]), 400), &[]),
            (
                "503, then 200",
                statuses(&[200, 503, 200, 200, 503]),
                &["Violation Must … it said no 25 ms after SIGTERM, and 200 again 35 ms … 2 times"],
            ),
            (
                "refused, then 200 on a connection that was kept: each of them is monotonic",
                refused(kept(), 310).at(320).sends("k", Intent::Health).at(321).answered("k", 200),
                &[],
            ),
            (
                "refused, then 200 on a connection that was opened later",
                refused(kept(), 310).at(320).probes("a").at(321).answered("a", 200),
                &["Violation Must … it said no 10 ms after SIGTERM, and 200 again 21 ms"],
            ),
            (
                "503 to the world's own probe, then 200",
                kept()
                    .at(310)
                    .visible(Sign::Unavailable)
                    .at(320)
                    .sends("k", Intent::Health)
                    .at(321)
                    .answered("k", 200),
                &["Violation Must … it said no 10 ms after SIGTERM, and 200 again 21 ms"],
            ),
            (
                "silence for longer than an answer may take",
                asked().at(8_300).ended("k", End::Reset, 0),
                &["Late Must … silence for 7990 ms, then reset without a byte"],
            ),
            (
                "asked before the no, answered after it",
                refused(kept().at(305).sends("k", Intent::Health), 310).at(321).answered("k", 200),
                &[],
            ),
            ("an error", statuses(&[200, 500, 503]), &["Violation Must … 500, complete 25 ms"]),
            ("a close is no answer at all", asked().at(311).ended("k", End::Fin, 0), &[]),
            (
                "an answer cut in the middle",
                asked().at(311).ended("k", End::Fin, 30),
                &["Violation Must … cut before its end 11 ms after SIGTERM"],
            ),
            (
                "cut in the middle, for a client that has perhaps gone",
                asked().half_closes("k").at(311).ended("k", End::Fin, 30),
                &[],
            ),
            ("silence", asked(), &["Violation Must … silence until the end"]),
            (
                "a no before the signal is another matter",
                ready().at(200).probes("a").at(210).answered("a", 503).at(300).signalled(),
                &[],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }
}
