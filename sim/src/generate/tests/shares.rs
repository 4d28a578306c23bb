use std::collections::BTreeMap;

use lastorders_model::plan::{Fault, Intent, LetGo, OperatorStep, Signal, StoreStep};

use crate::case::{Case, LinkChange, OutageKind, Sealing, Streamed};
use crate::generate::{ClientKind, Family, generate};

const SEEDS: u64 = 2_000;

type Test = fn(&Case) -> bool;

const RARITIES: [(&str, Test); 32] = [
    ("four clients", |it| clients(it) == 4),
    ("more than eight", |it| clients(it) > 8),
    ("no lame duck", |it| it.conditions.policy.lame_duck_us == 0),
    ("new work refused", |it| it.conditions.policy.refuse),
    ("30 s of Kubernetes", |it| it.conditions.policy.lame_duck_us == 5_000_000),
    ("accept until empty", |it| it.conditions.policy.sealing == Sealing::AcceptUntilEmpty),
    ("a small backlog", |it| it.conditions.network.backlog < 128),
    ("small buffers", |it| it.conditions.network.buffer < 64 << 10),
    ("a client's own link", |it| !it.conditions.network.links.is_empty()),
    ("a hold, and a heal", |it| has_event(it, LinkChange::Heal)),
    ("a cut", |it| has_event(it, LinkChange::Cut)),
    ("a streamed answer", streams),
    ("a stall", |it| !it.conditions.store.stalls.is_empty()),
    ("a gate", |it| it.plan.holds()),
    ("a gate that stays closed", |it| it.plan.holds() && !opens(it)),
    ("sessions are reset", |it| breaks(it, Fault::Reset)),
    ("the store is a black hole", |it| breaks(it, Fault::BlackHole)),
    ("the store refuses", |it| breaks(it, Fault::Refuse)),
    ("the store refuses for a while", |it| outage(it, OutageKind::Refuse)),
    ("the store is a black hole for a while", |it| outage(it, OutageKind::BlackHole)),
    ("a slow release", |it| it.conditions.store.close_us >= it.conditions.policy.release_us),
    ("a balancer", |it| it.conditions.balancer.is_some()),
    ("yields", |it| it.conditions.yields != crate::case::Yields::default()),
    ("rare paths of the server", |it| !it.conditions.buggify.is_empty()),
    ("a signal in the startup", |it| it.conditions.startup.is_some()),
    ("a half-close during work", half_works),
    ("SIGINT", |it| signals(it).contains(&Signal::Int)),
    ("a second signal", |it| signals(it).len() > 1),
    ("a second SIGINT", |it| signals(it) == [Signal::Int, Signal::Int]),
    ("the ledger judges", |it| names(it, "ledger")),
    ("the exit must be prompt", |it| names(it, "exit-prompt")),
    ("every client sees an end", |it| names(it, "answered-in-time")),
];

#[test]
fn each_kind_of_client_and_condition_appears_in_mixed_cases() {
    let mut table = BTreeMap::new();
    for family in Family::ALL {
        let cases: Vec<_> = (0..SEEDS).map(|seed| generate(seed, family)).collect();
        let share = |test: &dyn Fn(&Case) -> bool| {
            let count = cases.iter().filter(|case| test(case)).count();
            u32::try_from(100 * count as u64 / SEEDS).unwrap()
        };
        for (what, test) in RARITIES {
            table.entry((1, what)).or_insert_with(Vec::new).push(share(&test));
        }
        for kind in ClientKind::ALL {
            let has = |case: &Case| kinds(case).any(|name| name == kind.name());
            table.entry((0, kind.name())).or_insert_with(Vec::new).push(share(&has));
        }
    }
    let heads = Family::ALL.map(|family| format!("{family:>10}")).concat();
    println!("{:28}{heads}   (% of {SEEDS} seeds)", "");
    for ((_, what), shares) in &table {
        let shares: String = shares.iter().map(|share| format!("{share:>10}")).collect();
        println!("{what:28}{shares}");
    }
    for ((_, what), shares) in &table {
        assert!(shares[0] >= 1, "{what}: in less than 1 % of the mixed cases");
    }
    let of = |what, family: usize| table[&(1, what)][family];
    assert!(of("the ledger judges", 0) >= 40 && of("the exit must be prompt", 0) >= 55);
}

#[test]
fn most_cases_of_a_family_have_a_client_of_its_kinds() {
    for family in Family::ALL {
        let favourites = family.favourites();
        let about = |case: &Case| kinds(case).any(|it| favourites.iter().any(|of| of.name() == it));
        let share = (0..SEEDS).filter(|seed| about(&generate(*seed, family))).count();
        let enough = favourites.is_empty() || share as u64 > SEEDS * 4 / 5;
        assert!(enough, "{family}: {share} of {SEEDS}");
    }
}

fn kinds(case: &Case) -> impl Iterator<Item = &str> {
    let names = case.plan.actors.iter().filter_map(|actor| actor.name.rsplit_once('-'));
    names.map(|(kind, _)| kind)
}

fn clients(case: &Case) -> usize {
    case.plan.actors.iter().filter(|actor| crate::generate::case_bounds::is_client(actor)).count()
}

fn breaks(case: &Case, fault: Fault) -> bool {
    case.plan.store_steps().contains(&&StoreStep::Fault { fault })
}

fn outage(case: &Case, kind: OutageKind) -> bool {
    case.conditions.store.outages.iter().any(|outage| outage.kind == kind)
}

fn opens(case: &Case) -> bool {
    case.plan.store_steps().contains(&&StoreStep::LetGo { what: LetGo::All })
}

fn half_works(case: &Case) -> bool {
    case.plan.requests().into_iter().any(|(actor, request)| {
        actor.name.starts_with(ClientKind::HalfClosing.name()) && request.intent == Intent::Work
    })
}

fn streams(case: &Case) -> bool {
    case.plan.requests().into_iter().any(|(_, it)| Streamed::of(&it.path).is_some())
}

fn has_event(case: &Case, change: LinkChange) -> bool {
    case.conditions.network.events.iter().any(|event| event.change == change)
}

fn signals(case: &Case) -> Vec<Signal> {
    let signal = |step: &OperatorStep| match step {
        OperatorStep::Signal { signal, .. } => Some(*signal),
        OperatorStep::AwaitDraining
        | OperatorStep::Freeze
        | OperatorStep::Thaw
        | OperatorStep::AwaitExit => None,
    };
    case.plan.operator_steps().into_iter().filter_map(signal).collect()
}

fn names(case: &Case, check: &str) -> bool {
    case.plan.checks.iter().any(|used| used.check == check)
}
