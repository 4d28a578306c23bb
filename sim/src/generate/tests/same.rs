use siphasher::sip::SipHasher13;

use crate::case::Case;
use crate::generate::{ClientKind, Family, Generator, generate};

/// Of the first hundred cases of each family, as JSON. Whoever changes what is drawn changes them
/// on purpose: cases that were named by their seeds are others from then on.
const GOLDEN: [(Family, u64); 9] = [
    (Family::Mixed, 14_267_964_892_318_410_957),
    (Family::KeepAlive, 9_359_724_174_068_768_061),
    (Family::Queue, 2_917_813_989_846_454_372),
    (Family::Bodies, 8_702_901_264_356_287_746),
    (Family::Store, 18_191_686_583_946_962_391),
    (Family::Signals, 1_895_075_844_843_932_185),
    (Family::Http2, 8_866_650_993_569_506_703),
    (Family::Upgraded, 7_759_206_441_561_137_744),
    (Family::Balanced, 6_598_282_087_312_704_904),
];

#[test]
fn seeds_give_the_cases_that_they_gave_before() {
    let hash = |family| {
        let cases: Vec<_> = (0..100).map(|seed| generate(seed, family)).collect();
        SipHasher13::new().hash(&serde_json::to_vec(&cases).unwrap())
    };
    let seen = GOLDEN.map(|(family, _)| (family, hash(family)));
    assert_eq!(seen, GOLDEN);
}

#[test]
fn cases_survive_json() {
    for family in Family::ALL {
        for seed in 0..100 {
            let case = generate(seed, family);
            let text = serde_json::to_string(&case).unwrap();
            assert_eq!(serde_json::from_str::<Case>(&text).unwrap(), case, "{family} {seed}");
        }
    }
}

#[test]
fn without_one_kind_of_client_all_others_do_what_they_did() {
    let mut dropped = 0;
    for kind in ClientKind::ALL {
        let without = Generator::new(Family::Mixed).without(kind);
        for seed in 0..100 {
            let (all, fewer) = (generate(seed, Family::Mixed), without.generate(seed));
            let is_kind = |name: &str| name.rsplit_once('-').is_some_and(|it| it.0 == kind.name());
            let mut expected = all.plan.actors.clone();
            expected.retain(|actor| !is_kind(&actor.name));
            assert_eq!(fewer.plan.actors, expected, "{} {seed}", kind.name());
            let mut network = all.conditions.network.clone();
            network.links.retain(|name, _| !is_kind(name));
            network.events.retain(|event| !is_kind(&event.actor));
            assert_eq!(fewer.conditions.network, network, "{} {seed}", kind.name());
            assert_eq!(fewer.conditions.store, all.conditions.store);
            assert_eq!(fewer.conditions.yields, all.conditions.yields);
            assert_eq!(fewer.tail_seed, all.tail_seed);
            dropped += all.plan.actors.len() - expected.len();
        }
    }
    assert!(dropped > 400, "{dropped} clients were left out");
}
