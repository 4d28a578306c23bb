use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::preconditions::{self, reached};
use super::{Check, CheckUse, Finding, Kind, Level, View, find};
use crate::history::History;
use crate::plan::Plan;

/// The verdict on one scenario. The worst finding decides.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every invariant holds.
    Pass,
    /// Every *must* holds, and a *should* does not.
    Warn,
    /// The run proves nothing: the world or a precondition failed.
    Inconclusive,
    /// The run proves that a *must* does not hold.
    Fail,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        })
    }
}

/// Judges a history by the checks of its plan.
///
/// The check `preconditions` always runs. If the run did not reach its subject, no other check
/// runs.
///
/// A `Late` finding becomes inconclusive if the world's timers fired later than a tenth of the
/// budget, or of the excess if that is more: a slow machine proves nothing against a server.
#[must_use]
pub fn judge(plan: &Plan, history: &History) -> (Verdict, Vec<Finding>) {
    let history = &View::of(history);
    const FIRST: &Check = &preconditions::CHECK;
    let mut findings = run(FIRST, Level::Must, plan, history);
    let others = plan.checks.iter().filter(|used| used.check != FIRST.id);
    if reached(plan, history) {
        for used in others {
            findings.extend(match find(&used.check) {
                Some(check) => run(check, used.level, plan, history),
                None => vec![unknown(used)],
            });
        }
    }
    let verdict = findings.iter().map(amounts_to).max().unwrap_or(Verdict::Pass);
    (verdict, findings)
}

fn run(check: &Check, level: Level, plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let finish = |mut finding: Finding| {
        check.id.clone_into(&mut finding.check);
        finding.level = finding.level.min(level);
        believe(plan, history, finding)
    };
    (check.judge)(plan, history).into_iter().map(finish).collect()
}

fn unknown(used: &CheckUse) -> Finding {
    let actual = format!("the plan names the check `{}`, which it does not", used.check);
    let mut finding = Finding::inconclusive("a check that this program knows", actual);
    finding.check.clone_from(&used.check);
    finding
}

fn amounts_to(finding: &Finding) -> Verdict {
    match (finding.kind, finding.level) {
        (Kind::Note, _) | (Kind::Violation | Kind::Late, Level::Info) => Verdict::Pass,
        (Kind::Inconclusive, _) => Verdict::Inconclusive,
        (Kind::Violation | Kind::Late, Level::Should) => Verdict::Warn,
        (Kind::Violation | Kind::Late, Level::Must) => Verdict::Fail,
    }
}

/// Makes a `Late` finding inconclusive if the world's timers were too late.
fn believe(plan: &Plan, history: &View<'_>, mut finding: Finding) -> Finding {
    if finding.kind != Kind::Late || finding.level == Level::Info {
        return finding;
    }
    let contract = &plan.contract;
    let smallest = contract.visible_ms.min(contract.prompt_ms).min(contract.answer_ms);
    let bearable_us = finding.bears_us.unwrap_or(smallest * 1000 / 10);
    let moments = history.moments();
    let since_signal = moments.signalled.is_some() && finding.since_us >= moments.signalled;
    // A world that ended early measured no delay, so nothing vouches for its clock.
    let measured = moments.lag_since_signal.is_some();
    let lag = moments.lag_since_signal.unwrap_or(0);
    let lag = if since_signal { lag } else { lag.max(moments.lag_before_signal) };
    if lag > bearable_us || !measured {
        finding.kind = Kind::Inconclusive;
        finding.actual = format!(
            "{}; but timers on this machine fired up to {} ms late, so this proves nothing \
             (run with fewer --jobs, or on an idle machine)",
            finding.actual,
            lag / 1000
        );
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::super::testing::{plan, ready};
    use super::*;
    use crate::history::{Event, EventKind};

    fn verdict(checks: &[(&str, Level)], lag_us: Option<u64>, exit_ms: u64) -> Verdict {
        let plan = plan(|draft| {
            for (check, level) in checks {
                draft.check(check, *level);
            }
            draft.operator().signal().await_exit();
        });
        let mut history = ready().at(300).signalled().at(exit_ms).exits(1).end();
        history.events.pop();
        history.events.extend(lag_us.map(lag));
        judge(&plan, &history).0
    }

    fn lag(worst_us: u64) -> Event {
        Event { at_us: 0, actor: "world".to_owned(), what: EventKind::Lag { worst_us } }
    }

    #[test]
    fn timer_delay_before_the_signal_does_not_explain_a_late_exit_after_it() {
        let plan = plan(|draft| draft.check("exit-prompt", Level::Must));
        let mut history = ready().at(300).signalled().at(2_400).exits(1).end();
        let signal =
            history.events.iter().position(|it| matches!(it.what, EventKind::Signalled { .. }));
        history.events.insert(signal.expect("it was sent"), lag(5_000_000));
        assert_eq!(judge(&plan, &history).0, Verdict::Fail, "late before the signal alone");
        history.events.push(lag(200_001));
        assert_eq!(judge(&plan, &history).0, Verdict::Inconclusive, "late after it, too");
    }

    #[test]
    fn worst_finding_decides_at_most_at_the_level_of_the_plan() {
        const STATUS: &str = "exit-status";
        const PROMPT: &str = "exit-prompt";
        type Row = (&'static str, &'static [(&'static str, Level)], u64, Verdict);
        let rows: [Row; 7] = [
            ("nothing is asked", &[], 310, Verdict::Pass),
            ("a must", &[(STATUS, Level::Must)], 310, Verdict::Fail),
            ("a should", &[(STATUS, Level::Should)], 310, Verdict::Warn),
            ("worth knowing", &[(STATUS, Level::Info)], 310, Verdict::Pass),
            ("by the clock", &[(PROMPT, Level::Must)], 9_000, Verdict::Fail),
            ("the worst", &[(STATUS, Level::Must), (PROMPT, Level::Should)], 9_000, Verdict::Fail),
            ("an unknown check", &[("no-such", Level::Must)], 310, Verdict::Inconclusive),
        ];
        for (what, checks, exit_ms, expected) in rows {
            assert_eq!(verdict(checks, Some(100), exit_ms), expected, "{what}");
        }
    }

    #[test]
    fn late_finding_on_a_slow_machine_is_inconclusive() {
        let slow = Some(200_001);
        let late = [("exit-prompt", Level::Must)];
        assert_eq!(verdict(&late, Some(200_000), 2_400), Verdict::Fail, "a tenth of a budget");
        assert_eq!(verdict(&late, slow, 2_400), Verdict::Inconclusive, "more than that");
        assert_eq!(verdict(&late, slow, 9_000), Verdict::Fail, "no such machine is so slow");
        assert_eq!(verdict(&late, None, 9_000), Verdict::Inconclusive, "nobody measured");
        let broken = [("exit-status", Level::Must), ("exit-prompt", Level::Must)];
        assert_eq!(verdict(&broken, slow, 2_400), Verdict::Fail, "what needs no clock stands");
    }
}
