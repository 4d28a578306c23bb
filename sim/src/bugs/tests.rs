use super::Bug;
use crate::subject::Subject;

#[test]
fn every_bug_is_a_subject_by_its_name() {
    for bug in Bug::ALL {
        let subject = Subject::Injected(bug);
        assert_eq!(subject.to_string().parse(), Ok(subject));
    }
}

#[cfg(not(lastorders_sim))]
#[test]
fn build_without_injected_bugs_refuses_every_bug_of_the_server() {
    let (refused, kept): (Vec<&Bug>, Vec<&Bug>) =
        Bug::ALL.into_iter().partition(|bug| bug.check_built_in().is_err());
    assert!(refused.iter().all(|bug| bug.is_in_server()), "{refused:?}");
    assert_eq!(kept.iter().map(|bug| bug.name).collect::<Vec<_>>(), ["wrong-goaway"]);
    let error = refused[0].check_built_in().expect_err("it is refused").to_string();
    for part in ["bug canary", "no injected bugs", "`cargo sim`", "--cfg lastorders_sim"] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
}

#[cfg(lastorders_sim)]
mod injected {
    use std::collections::BTreeSet;

    use lastorders::injected::InjectedBug;
    use lastorders_model::check::{Finding, Kind};
    use lastorders_model::plan::Level;

    use super::*;
    use crate::check::{Signature, judge};
    use crate::engine::EngineKind;
    use crate::generate::Family;
    use crate::sweep::Simulator;

    /// Each named check finds its bug within this many seeds.
    const SEEDS: u64 = 500;

    #[test]
    fn table_names_every_bug_of_the_server() {
        let ours = Bug::ALL.into_iter().filter(|bug| bug.is_in_server()).map(|bug| bug.name);
        let servers = InjectedBug::ALL.into_iter().map(InjectedBug::name);
        assert_eq!(ours.collect::<BTreeSet<_>>(), servers.collect::<BTreeSet<_>>());
        assert!(Bug::ALL.into_iter().all(|bug| bug.check_built_in().is_ok()));
    }

    /// In these seeds no check fails first that the table does not name.
    #[test]
    fn each_check_that_the_table_names_finds_its_bug() {
        let mut wrong = Vec::new();
        for bug in Bug::ALL {
            let simulator = simulator(bug);
            let mut missing: BTreeSet<_> = bug.found_by.iter().copied().collect();
            for seed in 0..SEEDS {
                let case = simulator.case(seed.into());
                let judged = judge(&case, &simulator.run(&case));
                if let Some(Signature { check, .. }) = judged.signature {
                    let named = bug.found_by.contains(&check.as_str());
                    assert!(named, "{}: {check} fails first in seed {seed}", bug.name);
                }
                for finding in judged.findings.iter().filter(|finding| fails(finding)) {
                    missing.remove(finding.check.as_str());
                }
                if missing.is_empty() {
                    break;
                }
            }
            wrong.extend(missing.into_iter().map(|check| (bug.name, check)));
        }
        assert!(wrong.is_empty(), "no seed of 0..{SEEDS} shows the bug to the check: {wrong:?}");
    }

    fn fails(finding: &Finding) -> bool {
        matches!(finding.kind, Kind::Violation | Kind::Late) && finding.level == Level::Must
    }

    /// Cases of the family in which the bug is not too rare.
    fn simulator(bug: &'static Bug) -> Simulator {
        let family = match bug.name {
            "listener-dropped" => Family::Queue,
            "idle-closed-unread" | "executed-after-fin" => Family::KeepAlive,
            _ => Family::Mixed,
        };
        Simulator { subject: Subject::Injected(bug), engine: EngineKind::default(), family }
    }
}
