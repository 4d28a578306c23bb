//! The catalogue in the simulated world.

use std::collections::BTreeSet;

use lastorders_model::check::{Finding, Verdict, judge};
use lastorders_model::plan::Contract;
use lastorders_model::scenario::{Catalogue, Scenario};

use crate::case::Case;
use crate::engine::EngineKind;
use crate::subject::Subject;
use crate::world::{LEFT_OUT, carry_out};

fn judged(scenario: &Scenario, seed: u64, engine: EngineKind) -> (Verdict, Vec<Finding>) {
    let case = Case::plain(scenario.plan(seed, &Contract::default()));
    let run = carry_out(&case, Subject::Ours, engine);
    judge(&case.plan, &run.history)
}

#[test]
fn our_server_passes_every_scenario_that_is_not_skipped() {
    for (engine, seeds) in [(EngineKind::Event, 7..10), (EngineKind::Turmoil, 7..8)] {
        for scenario in Catalogue::all().scenarios() {
            for seed in seeds.clone() {
                let (verdict, findings) = judged(scenario, seed, engine);
                let left_out = LEFT_OUT.iter().any(|it| it.scenario == scenario.id);
                let expected = if left_out { Verdict::Inconclusive } else { Verdict::Pass };
                let id = scenario.id;
                assert_eq!(verdict, expected, "{id} with seed {seed} on {engine}: {findings:?}");
            }
        }
    }
}

#[test]
fn every_skipped_scenario_is_in_the_catalogue() {
    let known: BTreeSet<_> = Catalogue::all().scenarios().iter().map(|it| it.id).collect();
    for left_out in LEFT_OUT {
        assert!(known.contains(left_out.scenario), "there is no {}", left_out.scenario);
        assert!(left_out.why.len() > 20, "{}", left_out.scenario);
    }
}
