//! Background work that the shutdown waits for.

use std::future::pending;

use axum::Router;

use crate::testing::{Rig, ms, settle};
use crate::{Aborted, Drain, Policy};

fn rig(drain: &Drain) -> Rig {
    let drain = drain.clone();
    Rig::with(Policy::default(), Router::new(), |serve| serve.drain(drain))
}

#[tokio::test(start_paused = true)]
async fn a_tracked_task_is_waited_for() {
    let drain = Drain::new();
    // One from before the start, one from after it.
    let early = tokio::spawn(drain.track(tokio::time::sleep(ms(2_000))));
    let mut rig = rig(&drain);
    settle().await;
    let late = tokio::spawn(drain.track(tokio::time::sleep(ms(3_000))));
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.tasks, report.aborted.tasks, report.took_ms), (2, 0, 3_000));
    assert_eq!(early.await.expect("no panic"), Ok(()));
    assert_eq!(late.await.expect("no panic"), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn it_is_cut_at_the_deadline() {
    let drain = Drain::new();
    let task = tokio::spawn(drain.track(pending::<()>()));
    let mut rig = rig(&drain);
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.tasks, report.took_ms), (1, 8_000));
    assert_eq!(task.await.expect("no panic"), Err(Aborted));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_is_not_waited_for() {
    let drain = Drain::new();
    let task = drain.track(pending::<()>());
    let mut rig = rig(&drain);
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(task);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_an_essential_one_begins_the_shutdown() {
    let drain = Drain::new();
    let rig = rig(&drain);
    let task = async {
        tokio::time::sleep(ms(100)).await;
        panic!("a task's panic, on purpose")
    };
    let task = tokio::spawn(drain.track(task).essential());
    let report = rig.report().await;
    assert_eq!((report.cause.as_str(), report.exit_code()), ("panic", 70));
    assert!(task.await.expect_err("the panic goes on").is_panic());
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_another_does_not() {
    let drain = Drain::new();
    let mut rig = rig(&drain);
    let task = tokio::spawn(drain.track(async { panic!("a task's panic, on purpose") }));
    assert!(task.await.is_err());
    assert!(!drain.is_draining());
    rig.terminate().await;
    assert_eq!(rig.report().await.exit_code(), 0);
}

#[tokio::test(start_paused = true)]
async fn draining_is_over_at_once_for_who_comes_late() {
    let drain = Drain::new();
    let mut rig = rig(&drain);
    let early = tokio::spawn(drain.draining());
    settle().await;
    assert!(!early.is_finished());
    rig.terminate().await;
    early.await.expect("told");
    drain.draining().await;
}
