//! Branches of the server that are rarely taken.

use lastorders::rare::Rare;

use crate::engine::EngineKind;
use crate::generate::{Family, generate};
use crate::subject::Subject;
use crate::trace::audit::compare;
use crate::world::{Run, carry_out};

fn run(seed: u64, rare: Option<Rare>) -> Run {
    let mut case = generate(seed, Family::Mixed);
    case.conditions.rare = rare.into_iter().collect();
    carry_out(&case, Subject::Ours, EngineKind::Event)
}

#[test]
fn each_site_is_come_by_and_makes_another_run() {
    for site in Rare::ALL {
        let differs = |seed: &u64| {
            let (plain, rare) = (run(*seed, None), run(*seed, Some(site)));
            match site {
                // Nobody can see from outside who holds buffers; that it was drawn for, one can.
                Rare::ParkEarly => compare(&plain.trace, &rare.trace).is_some(),
                _ => plain.history.events != rare.history.events,
            }
        };
        let first = (0..1_000).find(differs);
        assert!(first.is_some(), "{site}: it makes no difference");
        println!("{first:>4?} {site}");
    }
}
