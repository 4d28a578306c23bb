//! Rare paths of the server.

use crate::case::BuggifySite;
use crate::engine::EngineKind;
use crate::generate::{Family, generate};
use crate::subject::Subject;
use crate::trace::audit::compare;
use crate::world::{Run, carry_out};

fn run(seed: u64, site: Option<BuggifySite>) -> Run {
    let mut case = generate(seed, Family::Mixed);
    case.conditions.buggify = site.into_iter().collect();
    carry_out(&case, Subject::Ours, EngineKind::Event)
}

#[test]
fn each_rare_path_is_reached_and_changes_the_run() {
    for site in BuggifySite::ALL {
        let differs = |seed: &u64| {
            let (plain, rare) = (run(*seed, None), run(*seed, Some(site)));
            match site {
                // Clients cannot see which connections are parked, so compare the traces.
                BuggifySite::ParkEarly => compare(&plain.trace, &rare.trace).is_some(),
                _ => plain.history.events != rare.history.events,
            }
        };
        let first = (0..1_000).find(differs);
        assert!(first.is_some(), "{site}: it makes no difference");
        println!("{first:>4?} {site}");
    }
}
