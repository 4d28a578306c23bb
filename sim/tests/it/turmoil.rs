//! A second opinion: generated plans get the same verdict on turmoil.

use lastorders_model::check::{Verdict, judge};
use lastorders_sim::case::{Case, Link, Yields};
use lastorders_sim::engine::EngineKind;
use lastorders_sim::generate::{ClientKind, Family, Generator, derive_promise};
use lastorders_sim::subject::Subject;
use lastorders_sim::world::{Ended, Run, carry_out};

const SEEDS: u64 = 30;

/// The most that turmoil's ticks add to two round trips.
const TICKS_MS: u64 = 8;

/// Differences between the engines that the test removes from a case, and the reasons.
const LEFT_OUT: [(&str, &str); 6] = [
    ("clients that leave with a reset", "turmoil resets only where bytes are unread"),
    ("links that differ, and faults of links", "with two latencies its packets overtake"),
    ("latencies below a millisecond", "its ticks have at least a millisecond"),
    (
        "wrappers that yield",
        "the engines poll in different orders, so they yield at different places",
    ),
    (
        "what was in flight at the signal",
        "the engines differ within a tick, and without such a request nothing is proved",
    ),
    (
        "the simulator's own checks",
        "they are exact to a millisecond, and a signal takes turmoil a tick",
    ),
];

/// The case without conditions that turmoil lacks.
fn on_both(mut case: Case) -> Case {
    let network = &mut case.conditions.network;
    let us = network.link.to_server_us.max(network.link.to_client_us).next_multiple_of(1_000);
    network.link = Link { to_server_us: us, to_client_us: us };
    network.links.clear();
    network.events.clear();
    case.conditions.yields = Yields::default();
    derive_promise(&mut case);
    // A probe takes two round trips, and turmoil delivers only at ticks.
    case.plan.contract.visible_ms += TICKS_MS;
    case
}

fn judged(case: &Case, engine: EngineKind) -> (Verdict, String, Run) {
    let run = carry_out(case, Subject::Ours, engine);
    let (verdict, findings) = judge(&case.plan, &run.history);
    (verdict, format!("{findings:?}"), run)
}

#[test]
fn generated_plans_get_the_same_verdict_on_both_engines() {
    let mut passed = 0;
    for family in [Family::KeepAlive, Family::Bodies, Family::Store, Family::Mixed] {
        let generator = Generator::new(family).without(ClientKind::Aborting);
        for seed in 0..SEEDS {
            let case = on_both(generator.generate(seed));
            let (here, said_here, _) = judged(&case, EngineKind::Event);
            let (there, said_there, run) = judged(&case, EngineKind::Turmoil);
            if let Ended::Unsupported(why) = &run.ended {
                assert!(LEFT_OUT.iter().any(|(_, known)| why.contains(known)), "{seed}: {why}");
                continue;
            }
            if [here, there].contains(&Verdict::Inconclusive) {
                let said = format!("{family} {seed}\n{said_here}\n{said_there}");
                assert!(![here, there].contains(&Verdict::Fail), "{said}");
                continue;
            }
            passed += u32::from(here == Verdict::Pass);
            assert_eq!(here, there, "{family} {seed}\nevent: {said_here}\nturmoil: {said_there}");
        }
    }
    // Verdicts that prove nothing on both engines are no agreement.
    assert!(passed > 50, "{passed} passed on both");
}
