use std::collections::BTreeSet;

use lastorders_model::check::validate;
use lastorders_model::plan::Request;

use crate::case::{Case, LinkChange};
use crate::generate::{Family, Generator, Requests, generate};

pub(super) fn expect_valid(case: &Case, what: &str) {
    assert_eq!(validate(&case.plan), Ok(()), "{what}");
    assert!(case.plan.signals(), "{what}: nobody tells the server to stop");
    let conditions = &case.conditions;
    assert_eq!(conditions.policy.policy().check(), Ok(()), "{what}");
    let actors: BTreeSet<_> = case.plan.actors.iter().map(|actor| actor.name.as_str()).collect();
    let named = conditions.network.links.keys();
    let named = named.chain(conditions.network.events.iter().map(|event| &event.actor));
    let behind = conditions.balancer.iter().flat_map(|balancer| &balancer.clients);
    for name in named.chain(behind) {
        assert!(actors.contains(name.as_str()), "{what}: nobody is called {name}");
    }
    let mut held: Vec<_> = Vec::new();
    for event in &conditions.network.events {
        match event.change {
            LinkChange::Hold => held.push((&event.actor, event.at_us)),
            LinkChange::Heal => {
                let (actor, since) = held.pop().expect("a hold before it");
                assert!(*actor == event.actor && since < event.at_us, "{what}");
            }
            LinkChange::Cut => {}
        }
    }
    assert!(held.is_empty(), "{what}: a link that is held for ever");
    assert!(conditions.store.stalls.iter().all(|it| it.from_us < it.until_us), "{what}");
    assert!(conditions.store.outages.iter().all(|it| it.from_us < it.until_us), "{what}");
    assert!(conditions.store.pool > 0 && conditions.network.backlog > 0, "{what}");
    assert!(conditions.promise.is_some(), "{what}");
}

#[test]
fn every_world_would_carry_out_20_000_seeds() {
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
fn a_team_brings_its_own_requests() {
    let order = Request { path: "/orders".to_owned(), ..Request::work("") };
    let list = Request { path: "/orders".to_owned(), ..Request::health() };
    let requests = Requests::of(vec![(3, order), (1, list)], false);
    let generator = Generator::new(Family::Mixed).requests(requests);
    let (mut posts, mut gets) = (0, 0);
    for seed in 0..500 {
        let case = generator.generate(seed);
        expect_valid(&case, &format!("{seed}"));
        let ledger = case.plan.checks.iter().find(|used| used.check == "ledger");
        assert_eq!(ledger, None, "{seed}: rows of somebody else's table");
        for (_, request) in case.plan.requests() {
            match (request.method.as_str(), request.path.as_str()) {
                ("POST", "/orders") => posts += 1,
                ("GET", "/orders") => gets += 1,
                ("GET", "/upgrade") => {}
                other => panic!("{seed}: nobody has {other:?}"),
            }
        }
    }
    assert!(posts > 2 * gets && gets > 100, "{posts} and {gets}, as weighed");
}
