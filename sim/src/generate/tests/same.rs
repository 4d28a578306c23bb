use siphasher::sip::SipHasher13;

use crate::case::Case;
use crate::generate::{ClientKind, Family, Generator, generate};

/// Of the first hundred cases of each family, as JSON. Whoever changes what is drawn changes them
/// on purpose: cases that were named by their seeds are others from then on.
const GOLDEN: [(Family, u64); 9] = [
    (Family::Mixed, 7_682_483_534_568_451_527),
    (Family::KeepAlive, 12_265_054_890_768_164_343),
    (Family::Queue, 17_215_508_551_623_344_554),
    (Family::Bodies, 10_131_081_133_509_254_869),
    (Family::Store, 513_022_843_391_214_544),
    (Family::Signals, 3_187_844_460_500_152_293),
    (Family::Http2, 10_571_198_940_162_551_404),
    (Family::Upgraded, 15_715_637_046_946_601_255),
    (Family::Balanced, 14_814_686_657_329_471_103),
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
