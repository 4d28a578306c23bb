//! Work in progress at the end of a run: the run is the same each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::routing::post;
use lastorders_model::history::EventKind;
use lastorders_model::plan::{Contract, Draft, Fault, Role};

use crate::case::Case;
use crate::engine::EngineKind;
use crate::subject::Subject;
use crate::trace::audit::compare;
use crate::world::{App, Ended, Run, SimEvent, carry_out, carry_out_with};

/// A store that answers nothing, and three requests in progress when the server is killed.
fn killed_at_work() -> Case {
    let mut draft = Draft::new("group/killed", 1, Contract::default());
    let client = draft.http2_client("client").connect();
    client.work().work().work().receive().receive().receive().expect_close();
    draft.store().fault(Fault::BlackHole);
    draft.operator().at_us(10_000).signal().await_draining().await_exit();
    Case::plain(draft.finish())
}

/// Runs until a run has begun at each residue of tokio's task ids, because tokio shuts tasks down
/// in the order of their residues.
fn behind_every_number(mut run: impl FnMut() -> Run) -> Vec<Run> {
    let other = tokio::runtime::Builder::new_current_thread().build().expect("it needs nothing");
    let runs = (0..8).map(|more| {
        (0..more).for_each(|_| drop(other.spawn(async {})));
        run()
    });
    runs.collect()
}

fn all_the_same(runs: &[Run]) {
    for run in runs {
        if let Some(difference) = compare(&runs[0].trace, &run.trace) {
            panic!("{difference}");
        }
        assert_eq!(run.history.events, runs[0].history.events);
        assert_eq!(run.ended, runs[0].ended);
    }
}

#[test]
fn killing_a_server_drops_its_calls_in_their_order() {
    let case = killed_at_work();
    for engine in [EngineKind::Event, EngineKind::Turmoil] {
        // The requests wait for the store without a bound, with and without their clients.
        for subject in [Subject::Axum, Subject::HyperUtil] {
            let runs = behind_every_number(|| carry_out(&case, subject, engine));
            all_the_same(&runs);
            let events = &runs[0].history.events;
            let killed = events.iter().find(|it| matches!(it.what, EventKind::Killed { .. }));
            let killed = killed.expect("it waits for the store").at_us;
            let dropped = events.iter().filter_map(|it| match SimEvent::of(it) {
                Some(SimEvent::Ended { call, status: None }) => Some((it.at_us, *call)),
                _ => None,
            });
            let expected = [1, 2, 3].map(|call| (killed, call));
            assert_eq!(dropped.collect::<Vec<_>>(), expected, "{subject} on {engine}");
        }
    }
}

#[test]
fn a_panic_among_other_calls_gives_the_same_run_each_time() {
    let mut case = killed_at_work();
    case.plan.actors.retain(|actor| !matches!(actor.role, Role::Store { .. }));
    let app = App::Own(Arc::new(|_| {
        let calls = Arc::new(AtomicU32::new(0));
        let work = async move || {
            if calls.fetch_add(1, Ordering::Relaxed) == 2 {
                panic!("the third");
            }
            std::future::pending::<()>().await;
        };
        Router::new().route("/work", post(work))
    }));
    let runs =
        behind_every_number(|| carry_out_with(&case, Subject::Axum, EngineKind::Event, &app));
    all_the_same(&runs);
    assert!(matches!(&runs[0].ended, Ended::Panicked(what) if what.starts_with("the third at ")));
}
