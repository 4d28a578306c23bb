//! Background work that the shutdown waits for.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Waker};

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use tokio::sync::mpsc;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Aborted, Policy, ShutdownHandle};

fn rig(drain: &ShutdownHandle) -> Rig {
    let drain = drain.clone();
    Rig::with(Policy::default(), Router::new(), |serve| serve.shutdown_handle(drain))
}

#[tokio::test(start_paused = true)]
async fn a_tracked_task_is_waited_for() {
    let drain = ShutdownHandle::new();
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
    let drain = ShutdownHandle::new();
    let task = tokio::spawn(drain.track(pending::<()>()));
    let mut rig = rig(&drain);
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.tasks, report.took_ms), (1, 8_000));
    assert_eq!(task.await.expect("no panic"), Err(Aborted));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_is_not_waited_for() {
    let drain = ShutdownHandle::new();
    let task = drain.track(pending::<()>());
    let mut rig = rig(&drain);
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(task);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_an_essential_one_begins_the_shutdown() {
    let drain = ShutdownHandle::new();
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
async fn and_is_not_forgotten_when_a_signal_has_begun_it() {
    let (drain, gate) = (ShutdownHandle::new(), Gate::new());
    let theirs = gate.clone();
    let task = async move {
        theirs.pass().await;
        panic!("a task's panic, on purpose")
    };
    let task = tokio::spawn(drain.track(task).essential());
    let mut rig = rig(&drain);
    rig.terminate().await;
    gate.let_go(1);
    assert!(task.await.is_err());
    let report = rig.report().await;
    assert_eq!((report.cause.as_str(), report.exit_code()), ("SIGTERM", 70));
    assert!(report.panicked && !report.clean);
    assert!(report.to_string().contains("a task that matters panicked"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_another_does_not() {
    let drain = ShutdownHandle::new();
    let mut rig = rig(&drain);
    let task = tokio::spawn(drain.track(async { panic!("a task's panic, on purpose") }));
    assert!(task.await.is_err());
    assert!(!drain.is_draining());
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.tasks, report.took_ms, report.exit_code()), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn one_whose_panic_was_caught_and_that_was_kept_is_not_waited_for() {
    let drain = ShutdownHandle::new();
    let mut rig = rig(&drain);
    let held = Arc::new(());
    let theirs = Arc::clone(&held);
    let mut task = Box::pin(drain.track(async move {
        let _theirs = theirs;
        panic!("a task's panic, on purpose")
    }));
    let mut cx = Context::from_waker(Waker::noop());
    let caught = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut cx)));
    assert!(caught.is_err());
    assert_eq!(Arc::strong_count(&held), 1, "what it held is dropped");
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.tasks, report.took_ms), (0, 0));
    drop(task);
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_an_essential_one_before_the_start_is_not_forgotten() {
    let drain = ShutdownHandle::new();
    let task =
        tokio::spawn(drain.track(async { panic!("a task's panic, on purpose") }).essential());
    assert!(task.await.is_err());
    assert!(drain.is_draining());
    let report = rig(&drain).report().await;
    assert_eq!((report.cause.as_str(), report.exit_code()), ("panic", 70));
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_is_dropped_before_resources_are_released() {
    let drain = ShutdownHandle::new();
    let held = Arc::new(());
    let theirs = Arc::clone(&held);
    // It hears of the drain, and goes on all the same.
    let told = drain.draining();
    let deaf = tokio::spawn(drain.track(async move {
        told.await;
        pending::<()>().await;
        drop(theirs);
    }));
    let mut rig = Rig::with(Policy::default(), Router::new(), |serve| {
        serve.shutdown_handle(drain).release("pool", ms(100), move || async move {
            (Arc::strong_count(&held) == 1).then_some(()).ok_or("still in use")
        })
    });
    rig.terminate().await;
    tokio::time::advance(ms(7_999)).await;
    settle().await;
    assert!(!deaf.is_finished());
    let report = rig.report().await;
    assert_eq!((report.aborted.tasks, report.releases[0].outcome), (1, "done"));
    assert_eq!(deaf.await.expect("no panic"), Err(Aborted));
}

#[tokio::test(start_paused = true)]
async fn one_that_begins_after_the_cut_is_cut_too() {
    let drain = ShutdownHandle::new();
    let later = drain.clone();
    let task = tokio::spawn(drain.track(pending::<()>()));
    let after = tokio::spawn(async move {
        let cut = task.await.expect("no panic");
        (cut, later.track(pending::<()>()).await)
    });
    let mut rig = rig(&drain);
    rig.terminate().await;
    assert_eq!(rig.report().await.took_ms, 8_000);
    assert_eq!(after.await.expect("no panic"), (Err(Aborted), Err(Aborted)));
}

#[tokio::test(start_paused = true)]
async fn one_begun_by_a_request_outlives_it() {
    let gate = Gate::new();
    let theirs = gate.clone();
    let begin = |drain: ShutdownHandle| async move {
        tokio::spawn(drain.track(async move { theirs.pass().await }));
    };
    let mut rig = Rig::new(Policy::default(), Router::new().route("/", post(begin)));
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(client.answer().await.status(), 200);
    drop(client);
    rig.terminate().await;
    tokio::time::advance(ms(5_000)).await;
    settle().await;
    assert!(!rig.is_done());
    gate.let_go(1);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.tasks, report.took_ms), (1, 5_000));
}

/// A consumer must not end when the drain begins, because requests in flight still send it work;
/// and it must not wait for the end of the server, which waits for it.
#[tokio::test(start_paused = true)]
async fn a_worker_ends_with_the_last_sender_that_a_request_holds() {
    let (drain, gate) = (ShutdownHandle::new(), Gate::new());
    let (send, mut jobs) = mpsc::channel::<&str>(1);
    let worker = tokio::spawn(drain.track(async move {
        let mut done = Vec::new();
        while let Some(job) = jobs.recv().await {
            done.push(job);
        }
        done
    }));
    let theirs = gate.clone();
    let enqueue = |State(send): State<mpsc::Sender<&'static str>>| async move {
        theirs.pass().await;
        send.send("late").await.expect("the worker takes it");
    };
    let app = Router::new().route("/", get(enqueue)).with_state(send);
    let mut rig = Rig::with(Policy::default(), app, |serve| serve.shutdown_handle(drain));
    let mut client = rig.connect();
    client.get("/").await;
    rig.terminate().await;
    tokio::time::advance(ms(3_000)).await;
    settle().await;
    assert!(!worker.is_finished());
    gate.let_go(1);
    assert_eq!(client.answer().await.status(), 200);
    drop(client);
    let report = rig.report().await;
    assert_eq!(worker.await.expect("no panic"), Ok(vec!["late"]));
    assert!(report.clean);
    assert_eq!(report.took_ms, 3_000);
}

#[tokio::test(start_paused = true)]
async fn the_application_may_begin_the_shutdown() {
    let drain = ShutdownHandle::new();
    let rig = rig(&drain);
    settle().await;
    assert!(!rig.is_done());
    drain.begin();
    assert!(drain.is_draining());
    drain.begin();
    let report = rig.report().await;
    assert_eq!((report.cause.as_str(), report.exit_code()), ("application", 0));
}

#[tokio::test(start_paused = true)]
async fn one_begun_before_the_start_waits_for_what_was_tracked() {
    let drain = ShutdownHandle::new();
    let task = tokio::spawn(drain.track(tokio::time::sleep(ms(2_000))));
    drain.begin();
    drain.draining().await;
    let report = rig(&drain).report().await;
    assert_eq!((report.cause.as_str(), report.took_ms), ("application", 2_000));
    assert_eq!(task.await.expect("no panic"), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn without_a_server_the_last_task_can_be_awaited() {
    let drain = ShutdownHandle::new();
    drain.tasks_ended().await;
    let gates = [Gate::new(), Gate::new()];
    for gate in gates.clone() {
        tokio::spawn(drain.track(async move { gate.pass().await }));
    }
    drain.begin();
    let ended = tokio::spawn(drain.tasks_ended());
    for gate in &gates {
        settle().await;
        assert!(!ended.is_finished());
        gate.let_go(1);
    }
    ended.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn draining_is_over_at_once_for_who_comes_late() {
    let drain = ShutdownHandle::new();
    let mut rig = rig(&drain);
    let early = tokio::spawn(drain.draining());
    settle().await;
    assert!(!early.is_finished());
    rig.terminate().await;
    early.await.expect("told");
    drain.draining().await;
}
