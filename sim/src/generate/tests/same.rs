use siphasher::sip::SipHasher13;

use crate::case::Case;
use crate::generate::{ClientKind, Family, Generator, generate};

/// Of the first hundred cases of each family, as JSON. Whoever changes what is drawn changes them
/// on purpose: cases that were named by their seeds are others from then on.
const GOLDEN: [(Family, u64); 9] = [
    (Family::Mixed, 9_370_967_747_400_207_774),
    (Family::KeepAlive, 5_417_401_622_894_892_422),
    (Family::Queue, 971_767_109_252_590_256),
    (Family::Bodies, 7_643_098_061_313_167_858),
    (Family::Store, 8_685_377_815_142_853_575),
    (Family::Signals, 10_098_538_710_324_783_982),
    (Family::Http2, 818_959_569_831_975_633),
    (Family::Upgraded, 16_134_248_501_855_508_897),
    (Family::Balanced, 1_254_778_960_641_865_213),
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
            assert_eq!(fewer.conditions.buggify, all.conditions.buggify);
            assert_eq!(fewer.tail_seed, all.tail_seed);
            dropped += all.plan.actors.len() - expected.len();
        }
    }
    assert!(dropped > 400, "{dropped} clients were left out");
}
