use lastorders_model::plan::{ClientStep, Contract, Draft, Step, Until};

use super::fix::fix;
use super::{MOST_TRIES, Size, shrink};
use crate::case::Case;
use crate::generate::{Family, generate};

#[test]
fn shrinking_keeps_only_the_parts_that_the_failure_needs() {
    let case = generate(7, Family::Mixed);
    let works = |case: &Case| !case.plan.requests().is_empty() && case.tail_seed != 0;
    assert!(works(&case));
    let shrunk = shrink(&case, MOST_TRIES, works);
    let Size { actors, steps, faults, odd, .. } = Size::of(&shrunk.case);
    // The request and the shutdown, which is never removed.
    assert_eq!((actors, steps, faults, odd), (2, 4, 0, 0), "{:#?}", shrunk.case);
    assert_eq!(shrunk.case.tail_seed, case.tail_seed);
    assert!(shrunk.minimal);
}

#[test]
fn shrinking_ends_if_every_case_fails() {
    for seed in 0..20 {
        let case = generate(seed, Family::Mixed);
        let all = shrink(&case, MOST_TRIES, |_| true);
        let left = &all.case.plan.actors;
        assert!(all.minimal && left.len() == 1, "{seed}: {left:#?}");
        let none = shrink(&case, MOST_TRIES, |_| false);
        assert!(none.minimal && none.case == case, "{seed}");
        let mut asked = 0;
        let fickle = shrink(&case, 300, |_| {
            asked += 1;
            asked % 3 != 0
        });
        assert!(fickle.tried <= 300 && asked == fickle.tried, "{seed}");
        assert!(Size::of(&fickle.case) < Size::of(&case), "{seed}");
    }
}

#[test]
fn a_reduction_needs_a_second_failing_run() {
    let case = generate(3, Family::Mixed);
    let mut asked = 0;
    let shrunk = shrink(&case, MOST_TRIES, |_| {
        asked += 1;
        asked % 2 == 1
    });
    assert_eq!(shrunk.case, case);
}

#[test]
fn waits_for_removed_marks_are_removed() {
    let mut draft = Draft::new("group/name", 1, Contract::default());
    draft.client("a").mark("held").connect();
    draft.client("b").wait("gone").connect().wait_for("held", 3);
    let until = || Until::Mark("gone".to_owned());
    draft.client("c").connect().repeat(until(), |round| round.health().receive());
    draft.client("d").wait("gone");
    let mut case = Case::plain(draft.finish());
    fix(&mut case);
    let steps = |at: usize| case.plan.actors[at].role.client_script().expect("it is a client");
    let held = Step::Await { label: "held".to_owned(), times: 1 };
    assert_eq!(*steps(1), [Step::Own(ClientStep::Connect), held]);
    assert!(matches!(&steps(2)[1], Step::Repeat { until: Until::Times(1), .. }));
    assert_eq!(case.plan.actors.len(), 3, "an actor without steps is removed");
    assert_eq!(lastorders_model::check::validate(&case.plan), Ok(()));
}

#[cfg(lastorders_sim)]
mod injected {
    use super::*;
    use crate::engine::EngineKind;
    use crate::shrink::Likeness;
    use crate::subject::Subject;
    use crate::sweep::{Origin, Simulator};

    fn simulator(subject: &str) -> Simulator {
        let subject: Subject = subject.parse().expect("it is known");
        Simulator { subject, engine: EngineKind::Event, family: Family::Mixed }
    }

    /// The first seed that fails, and its case.
    fn first(simulator: &Simulator) -> (u64, Case) {
        let mut seeds = (0..3_000).map(|seed| (seed, simulator.case(Origin::from(seed))));
        seeds
            .find(|(_, case)| Likeness::of(simulator, case).is_some())
            .expect("a bug that is found soon")
    }

    #[test]
    fn injected_bugs_shrink_to_four_actors_that_fail_in_the_same_way() {
        for bug in ["canary", "pool-first", "no-connection-close", "second-signal-fatal"] {
            let simulator = simulator(&format!("bug:{bug}"));
            let (seed, case) = first(&simulator);
            let known_by = Likeness::of(&simulator, &case).expect("it fails");
            let shrunk = shrink(&case, MOST_TRIES, |case| known_by.holds(&simulator, case));
            let Size { actors, .. } = Size::of(&shrunk.case);
            assert!(actors <= 4, "{bug}, seed {seed}: {actors} actors: {:#?}", shrunk.case);
            assert!(shrunk.minimal, "{bug}, seed {seed}: ended after {} runs", shrunk.tried);
            assert!(known_by.holds(&simulator, &shrunk.case), "{bug}, seed {seed}");
        }
    }
}
