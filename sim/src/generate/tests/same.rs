use lastorders::Policy;
use lastorders_model::plan::Request;
use siphasher::sip::SipHasher13;

use crate::case::Case;
use crate::generate::{ClientKind, Family, Generator, Requests, generate};

/// The hash of the first hundred cases of each family, as JSON. Change these hashes only on
/// purpose, because each seed then names another case.
const GOLDEN: [(Family, u64); 9] = [
    (Family::Mixed, 12_249_219_635_984_563_130),
    (Family::KeepAlive, 6_375_776_045_311_917_130),
    (Family::Queue, 15_168_304_201_311_947_509),
    (Family::Bodies, 9_030_826_841_632_808_257),
    (Family::Store, 7_124_920_021_011_222_211),
    (Family::Signals, 1_289_022_964_280_950_628),
    (Family::Http2, 14_390_758_996_635_840_453),
    (Family::Upgraded, 13_116_665_696_084_852_735),
    (Family::Balanced, 6_812_016_026_478_679_301),
];

/// The hash of the first hundred cases for a team's own service, as JSON.
const GOLDEN_OF_A_SERVICE: u64 = 1_965_196_612_965_467_204;

/// The hash of 300 cases that are mutated ten times each, as JSON.
const GOLDEN_OF_MUTATIONS: u64 = 17_368_159_790_300_208_912;

#[test]
fn a_seed_gives_the_same_case_as_before() {
    let seen = GOLDEN.map(|(family, _)| {
        let cases: Vec<_> = (0..100).map(|seed| generate(seed, family)).collect();
        (family, hash(&cases))
    });
    assert_eq!(seen, GOLDEN);
}

#[test]
fn a_seed_gives_a_service_of_a_team_the_same_case_as_before() {
    let order = Request { path: "/orders".to_owned(), ..Request::work("") };
    let list = Request { path: "/orders".to_owned(), ..Request::health() };
    let generators = [false, true].map(|health| {
        Generator::new(Family::Balanced)
            .requests(Requests::of(vec![(3, order.clone()), (1, list.clone())], health))
            .policy(Policy::docker().into())
            .slowest_us(50_000)
    });
    let cases: Vec<_> =
        (0..100).flat_map(|seed| generators.each_ref().map(|it| it.generate(seed))).collect();
    assert_eq!(hash(&cases), GOLDEN_OF_A_SERVICE);
}

#[test]
fn a_seed_gives_the_same_mutations_as_before() {
    let cases: Vec<_> = (0..300)
        .map(|seed| {
            let generator = Generator::new(Family::ALL[usize::try_from(seed).unwrap() % 9]);
            let mut rng = fastrand::Rng::with_seed(seed);
            (0..10).fold(generator.generate(seed), |case, _| generator.mutate(case, &mut rng))
        })
        .collect();
    assert_eq!(hash(&cases), GOLDEN_OF_MUTATIONS);
}

fn hash(cases: &[Case]) -> u64 {
    SipHasher13::new().hash(&serde_json::to_vec(cases).unwrap())
}

#[test]
fn a_case_survives_json() {
    for family in Family::ALL {
        for seed in 0..100 {
            let case = generate(seed, family);
            let text = serde_json::to_string(&case).unwrap();
            assert_eq!(serde_json::from_str::<Case>(&text).unwrap(), case, "{family} {seed}");
        }
    }
}

#[test]
fn leaving_out_one_kind_of_client_changes_no_other_client() {
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
