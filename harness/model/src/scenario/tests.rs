//! Rules for every scenario of the catalogue.

use std::collections::BTreeSet;

use super::{Catalogue, SCENARIOS, Scenario, Visibility};
use crate::check::Level;
use crate::check::validate;
use crate::plan::{Contract, OperatorStep, Plan, Step};

fn plan(scenario: &Scenario, seed: u64) -> Plan {
    scenario.plan(seed, &Contract::default())
}

#[test]
fn every_plan_of_the_catalogue_is_valid_for_every_seed() {
    for scenario in SCENARIOS {
        for seed in [0, 1, 42, u64::MAX] {
            let outcome = validate(&plan(scenario, seed));
            assert_eq!(outcome, Ok(()), "{} with the seed {seed}", scenario.id);
        }
    }
}

#[test]
fn same_seed_makes_the_same_plan_and_another_seed_makes_other_names() {
    for scenario in SCENARIOS {
        assert_eq!(plan(scenario, 7), plan(scenario, 7), "{}", scenario.id);
        let names = |seed| -> BTreeSet<String> {
            let plan = plan(scenario, seed);
            plan.requests().into_iter().filter_map(|(_, request)| request.name.clone()).collect()
        };
        assert!(names(7).is_disjoint(&names(8)), "{}", scenario.id);
    }
}

#[test]
fn every_plan_of_the_catalogue_is_read_back_unchanged_from_json() {
    for scenario in SCENARIOS {
        let plan = plan(scenario, 7);
        let text = serde_json::to_string(&plan).expect("plans are JSON");
        let again: Plan = serde_json::from_str(&text).expect("and can be read");
        assert_eq!(again, plan, "{}", scenario.id);
    }
}

#[test]
fn every_scenario_id_matches_its_file_name() {
    let mut seen = BTreeSet::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/scenario");
    for scenario in SCENARIOS {
        assert!(seen.insert(scenario.id), "{} stands twice in the catalogue", scenario.id);
        let file = format!("{root}/{}.rs", scenario.id.replace('-', "_"));
        assert!(std::path::Path::new(&file).is_file(), "{} is not in {file}", scenario.id);
    }
}

#[test]
fn main_check_of_each_scenario_has_the_scenarios_level() {
    for scenario in SCENARIOS {
        let plan = plan(scenario, 7);
        assert_eq!(plan.checks[0].check, "preconditions", "{}", scenario.id);
        let claims = plan.checks.iter().filter(|used| used.check != "preconditions");
        let worst = claims.map(|used| used.level).max();
        assert_eq!(worst, Some(scenario.level), "{}", scenario.id);
    }
}

#[test]
fn every_scenario_has_a_requirement_a_source_and_a_hint() {
    for Scenario { id, title, requirement, source, hint, .. } in SCENARIOS {
        let fixes = [hint.node, hint.python, hint.go, hint.java, hint.rust];
        for text in [*title, requirement, source, hint.cause].iter().chain(&fixes) {
            assert!(!text.trim().is_empty(), "{id} has an empty text");
        }
        assert!(requirement.ends_with('.') && !requirement.contains("  "), "{id}: {requirement}");
        assert!(hint.cause.ends_with('.') && !hint.cause.contains("  "), "{id}: {}", hint.cause);
        for fix in fixes {
            assert!(fix.lines().count() <= 4, "{id}: more than a few lines:\n{fix}");
            assert!(fix.lines().all(|line| line.len() <= 100), "{id}: too wide:\n{fix}");
        }
    }
}

#[test]
fn operator_waits_for_no_mark_after_the_signal() {
    // `AwaitExit` bounds the run, so an unanswered probe must not keep the operator from that step.
    for scenario in SCENARIOS {
        let plan = plan(scenario, 7);
        for actor in plan.actors.iter().filter(|actor| actor.name == "operator") {
            let steps = actor.role.operator_script().expect("it is an operator");
            let signals = |step: &&_| matches!(step, Step::Own(OperatorStep::Signal { .. }));
            let after = steps.iter().skip_while(|step| !signals(step));
            let waits = after.filter(|step| matches!(step, Step::Await { .. })).count();
            assert_eq!(waits, 0, "{}", scenario.id);
            let last = steps.last();
            assert_eq!(last, Some(&Step::Own(OperatorStep::AwaitExit)), "{}", scenario.id);
        }
    }
}

#[test]
fn catalogue_can_be_narrowed_by_id_level_and_visibility() {
    let count = |catalogue: Catalogue| catalogue.scenarios().len();
    assert_eq!(count(Catalogue::all()), 23);
    assert_eq!(count(Catalogue::all().only(&["contract/"])), 4);
    assert_eq!(count(Catalogue::all().skip(&["contract/", "load/mid-load"])), 18);
    assert_eq!(count(Catalogue::all().public()), 4);
    let must = Catalogue::all().level(Level::Must);
    assert!(must.scenarios().iter().all(|scenario| scenario.level == Level::Must));
    let public = Catalogue::all().public();
    assert!(public.scenarios().iter().all(|s| s.visibility == Visibility::Public));
}
