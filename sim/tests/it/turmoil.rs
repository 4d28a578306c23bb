//! A second opinion: generated plans get the same verdict on turmoil.

use lastorders_model::check::{Verdict, judge};
use lastorders_sim::case::{Case, Link, Yields};
use lastorders_sim::engine::EngineKind;
use lastorders_sim::generate::{ClientKind, Family, Generator, derive_promise};
use lastorders_sim::subject::Subject;
use lastorders_sim::world::{Ended, Run, carry_out};

const SEEDS: u64 = 30;

/// What turmoil's ticks add at most to two round trips.
const TICKS_MS: u64 = 8;

/// Where the engines may differ, and why. Nothing else of a case is left out.
const LEFT_OUT: [(&str, &str); 6] = [
    ("clients that leave with a reset", "turmoil resets only where bytes are unread"),
    ("links of their own, and faults of links", "with two latencies its packets overtake"),
    ("latencies below a millisecond", "its time goes in ticks of a millisecond at least"),
    ("places that give way", "the engines poll in another order, so they are other places"),
    ("what was in flight at the signal", "within a tick; where nothing was, nothing is proved"),
    ("the simulator's own checks", "they hold to a millisecond; a signal takes turmoil a tick"),
];

/// What turmoil can carry out of a case.
fn on_both(mut case: Case) -> Case {
    let network = &mut case.conditions.network;
    let us = network.link.to_server_us.max(network.link.to_client_us).next_multiple_of(1_000);
    network.link = Link { to_server_us: us, to_client_us: us };
    network.links.clear();
    network.events.clear();
    case.conditions.yields = Yields::default();
    derive_promise(&mut case);
    // A probe is two round trips, and turmoil delivers at ticks only.
    case.plan.contract.visible_ms += TICKS_MS;
    case
}

fn judged(case: &Case, engine: EngineKind) -> (Verdict, String, Run) {
    let run = carry_out(case, Subject::Ours, engine);
    let (verdict, findings) = judge(&case.plan, &run.history);
    (verdict, format!("{findings:?}"), run)
}

#[test]
fn generated_plans_get_the_same_verdict() {
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
    // What proves nothing on either is no agreement.
    assert!(passed > 50, "{passed} passed on both");
}
