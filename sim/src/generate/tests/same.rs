use lastorders::Policy;
use lastorders_model::plan::Request;
use siphasher::sip::SipHasher13;

use crate::case::Case;
use crate::generate::{ClientKind, Family, Generator, Requests, generate};

/// The hash of the first hundred cases of each family, as JSON. Change these hashes only on
/// purpose, because each seed then names another case.
const GOLDEN: [(Family, u64); 9] = [
    (Family::Mixed, 11_493_109_496_194_600_394),
    (Family::KeepAlive, 12_939_032_292_390_630_463),
    (Family::Queue, 14_565_330_159_587_217_225),
    (Family::Bodies, 16_113_445_637_738_502_051),
    (Family::Store, 13_675_766_960_854_676_331),
    (Family::Signals, 2_804_422_587_688_367_306),
    (Family::Http2, 10_325_393_213_403_416_873),
    (Family::Upgraded, 18_271_843_591_410_546_859),
    (Family::Balanced, 15_544_552_916_012_614_689),
];

/// The hash of the first hundred cases for a team's own service, as JSON.
const GOLDEN_OF_A_SERVICE: u64 = 15_292_618_744_273_392_629;

/// The hash of 300 cases that are mutated ten times each, as JSON.
const GOLDEN_OF_MUTATIONS: u64 = 11_119_243_761_033_112_925;

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
