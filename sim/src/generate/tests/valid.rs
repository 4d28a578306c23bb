use std::collections::BTreeSet;

use lastorders_model::check::validate;
use lastorders_model::plan::Request;

use crate::case::{Case, LinkChange};
use crate::generate::{Family, Generator, Requests, generate, mutate};

fn expect_valid(case: &Case, what: &str) {
    assert_eq!(validate(&case.plan), Ok(()), "{what}");
    assert!(case.plan.signals(), "{what}: no signal");
    let conditions = &case.conditions;
    assert_eq!(conditions.policy.policy().check(), Ok(()), "{what}");
    let actors: BTreeSet<_> = case.plan.actors.iter().map(|actor| actor.name.as_str()).collect();
    let named = conditions.network.links.keys();
    let named = named.chain(conditions.network.events.iter().map(|event| &event.actor));
    let behind = conditions.balancer.iter().flat_map(|balancer| &balancer.clients);
    for name in named.chain(behind) {
        assert!(actors.contains(name.as_str()), "{what}: no actor has the name {name}");
    }
    let mut held: Vec<_> = Vec::new();
    for event in &conditions.network.events {
        match event.change {
            LinkChange::Hold => held.push((&event.actor, event.at_us)),
            LinkChange::Heal => {
                let (actor, since) = held.pop().expect("a hold precedes each heal");
                assert!(*actor == event.actor && since < event.at_us, "{what}");
            }
            LinkChange::Cut => {}
        }
    }
    assert!(held.is_empty(), "{what}: a held link never heals");
    assert!(conditions.store.stalls.iter().all(|it| it.from_us < it.until_us), "{what}");
    assert!(conditions.store.outages.iter().all(|it| it.from_us < it.until_us), "{what}");
    assert!(conditions.store.pool > 0 && conditions.network.backlog > 0, "{what}");
    assert!(conditions.promise.is_some(), "{what}");
}

#[test]
fn cases_of_20_000_seeds_are_valid() {
    for seed in 0..20_000 {
        expect_valid(&generate(seed, Family::Mixed), &format!("mixed {seed}"));
    }
    for family in Family::ALL {
        for seed in 0..1_000 {
            expect_valid(&generate(seed, family), &format!("{family} {seed}"));
        }
    }
}

#[test]
fn clients_of_a_team_send_its_requests_by_weight_and_no_others() {
    let order = Request { path: "/orders".to_owned(), ..Request::work("") };
    let list = Request { path: "/orders".to_owned(), ..Request::health() };
    let requests = Requests::of(vec![(3, order), (1, list)], false);
    let generator = Generator::new(Family::Mixed).requests(requests);
    let (mut posts, mut gets) = (0, 0);
    for seed in 0..500 {
        let case = generator.generate(seed);
        expect_valid(&case, &format!("{seed}"));
        let ledger = case.plan.checks.iter().find(|used| used.check == "ledger");
        assert_eq!(ledger, None, "{seed}: no ledger for the rows of a team's own service");
        for (_, request) in case.plan.requests() {
            match (request.method.as_str(), request.path.as_str()) {
                ("POST", "/orders") => posts += 1,
                ("GET", "/orders") => gets += 1,
                ("GET", "/upgrade") => {}
                other => panic!("{seed}: the team has no request {other:?}"),
            }
        }
    }
    assert!(posts > 2 * gets && gets > 100, "weights 3 to 1: {posts} and {gets}");
}

#[test]
fn a_mutation_is_small_valid_and_repeatable() {
    let mut changed = 0;
    for seed in 0..300 {
        let mut case = generate(seed, Family::ALL[usize::try_from(seed).unwrap() % 9]);
        let (mut rng, mut again) = (fastrand::Rng::with_seed(seed), fastrand::Rng::with_seed(seed));
        for step in 0..10 {
            let next = mutate(case.clone(), &mut rng);
            assert_eq!(mutate(case.clone(), &mut again), next, "{seed} {step}");
            expect_valid(&next, &format!("{seed}, mutated {step} times"));
            let others = case.plan.actors.iter().zip(&next.plan.actors);
            let changed_actors = others.filter(|(before, after)| before != after).count();
            assert!(changed_actors <= 1, "{seed} {step}: {changed_actors} actors at once");
            changed += u32::from(next != case);
            case = next;
        }
    }
    // Some mutations have no effect, because the case has no such part.
    assert!(changed > 2_400, "{changed} of 3000");
}
