//! Wrappers that yield without need: another order of the same events.

use lastorders_model::check::{Level, Verdict, judge};
use lastorders_model::plan::{Contract, Draft};

use crate::case::{Case, Yields};
use crate::engine::EngineKind;
use crate::subject::Subject;
use crate::trace::audit::compare;
use crate::world::{Run, carry_out};

/// Three requests that reach the store in the same microsecond, and three more in progress at the
/// signal.
fn three_at_once() -> Case {
    let mut draft = Draft::new("group/yields", 1, Contract::default());
    for n in 1..=3 {
        draft.client(&format!("client-{n}")).connect().work().receive().work().receive();
    }
    draft.check("ledger", Level::Must);
    draft.operator().at_us(7_000).signal().await_draining().await_exit();
    let mut case = Case::plain(draft.finish());
    case.conditions.store.work_us = 5_000;
    case
}

fn run(yields: Yields, tail_seed: u64) -> Run {
    let mut case = three_at_once();
    case.tail_seed = tail_seed;
    case.conditions.yields = yields;
    let run = carry_out(&case, Subject::Ours, EngineKind::Event);
    let (verdict, findings) = judge(&case.plan, &run.history);
    assert_eq!(verdict, Verdict::Pass, "{yields:?}: {findings:?}");
    run
}

#[test]
fn each_yielding_wrapper_changes_the_run_and_not_the_verdict() {
    let none = Yields::default();
    let (io, store, tasks) =
        (Yields { io: 128, ..none }, Yields { store: 128, ..none }, Yields { tasks: 128, ..none });
    for yields in [io, store, tasks] {
        let others = (0..8).filter(|tail_seed| {
            compare(&run(none, *tail_seed).trace, &run(yields, *tail_seed).trace).is_some()
        });
        // Some draws change nothing by chance.
        assert!(others.count() >= 4, "{yields:?}");
    }
}
