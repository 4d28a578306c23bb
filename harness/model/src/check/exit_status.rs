use super::preconditions::how_it_ended;
use super::{Check, Finding, Level, View};
use crate::history::EventKind;
use crate::plan::{ExitRule, Plan};

/// The orchestrator reads success from the exit status.
pub(super) const CHECK: Check =
    Check { id: "exit-status", about: "a drain that went well ends with status 0", judge };

const SIGTERM: i32 = 15;

fn judge(plan: &Plan, history: &View<'_>) -> Vec<Finding> {
    let moments = history.moments();
    let expected = "the process exits with status 0";
    let Some(at) = moments.exited else {
        let Some(killed) = moments.killed else { return Vec::new() };
        let actual = format!("it did not exit; it was killed {}", moments.when(killed));
        return vec![
            Finding::late(expected, actual).measured(plan.contract.grace_ms, 0).at(killed),
        ];
    };
    let ended = history.events.iter().find_map(|event| {
        let EventKind::Exited { code, signal } = event.what else { return None };
        Some((code, signal))
    });
    let Some((code, signal)) = ended.filter(|(code, _)| *code != Some(0)) else {
        return Vec::new();
    };
    let actual = format!("it {} {}", how_it_ended(code, signal), moments.when(at));
    let finding = Finding::violation(expected, actual).at(at);
    let by_the_signal = signal == Some(SIGTERM) || code == Some(128 + SIGTERM);
    vec![match plan.contract.exit {
        ExitRule::Lenient if by_the_signal => finding.at_most(Level::Should),
        ExitRule::Strict | ExitRule::Lenient => finding,
    }]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Row, Story, expect, ready, stopping};
    use super::*;
    use crate::plan::Contract;

    fn signalled() -> Story {
        ready().at(300).signalled().at(310)
    }

    fn by_signal(signal: i32) -> Story {
        signalled().event("server", EventKind::Exited { code: None, signal: Some(signal) })
    }

    #[test]
    fn strict_contract_accepts_only_status_0() {
        let rows: [Row<'_>; 6] = [
            ("0", signalled().exits(0), &[]),
            ("1", signalled().exits(1), &["Violation Must … it exited with status 1 10 ms after"]),
            ("143", signalled().exits(143), &["Violation Must … it exited with status 143"]),
            ("SIGTERM itself", by_signal(15), &["Violation Must … it was ended by SIGTERM"]),
            ("a crash", by_signal(11), &["Violation Must … it was ended by SIGSEGV"]),
            (
                "killed",
                signalled().at(10_300).killed(),
                &["Late Must … did not exit; it was killed"],
            ),
        ];
        expect(&CHECK, &stopping(&CHECK), &rows);
    }

    #[test]
    fn lenient_contract_makes_an_exit_by_sigterm_a_warning() {
        let lenient = Contract { exit: ExitRule::Lenient, ..Contract::default() };
        let plan = Plan { contract: lenient, ..stopping(&CHECK) };
        let rows: [Row<'_>; 5] = [
            ("0", signalled().exits(0), &[]),
            ("143", signalled().exits(143), &["Violation Should … it exited with status 143"]),
            ("SIGTERM itself", by_signal(15), &["Violation Should … ended by SIGTERM"]),
            ("1", signalled().exits(1), &["Violation Must … it exited with status 1"]),
            ("a crash", by_signal(6), &["Violation Must … it was ended by SIGABRT"]),
        ];
        expect(&CHECK, &plan, &rows);
    }
}
