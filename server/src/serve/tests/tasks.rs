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
use crate::{Aborted, Cause, Policy, ReleaseOutcome, ShutdownHandle, Signal};

fn rig(shutdown: &ShutdownHandle) -> Rig {
    let shutdown = shutdown.clone();
    Rig::with(Policy::default(), Router::new(), |serve| serve.shutdown_handle(shutdown))
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_tracked_tasks() {
    let shutdown = ShutdownHandle::new();
    // One task starts before the server, one after it.
    let early = tokio::spawn(shutdown.track(tokio::time::sleep(ms(2_000))));
    let mut rig = rig(&shutdown);
    settle().await;
    let late = tokio::spawn(shutdown.track(tokio::time::sleep(ms(3_000))));
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.tasks, report.aborted.tasks, report.took_ms), (2, 0, 3_000));
    assert_eq!(early.await.expect("no panic"), Ok(()));
    assert_eq!(late.await.expect("no panic"), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn tracked_task_is_cut_at_the_deadline() {
    let shutdown = ShutdownHandle::new();
    let task = tokio::spawn(shutdown.track(pending::<()>()));
    let mut rig = rig(&shutdown);
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.tasks, report.took_ms), (1, 8_000));
    assert_eq!(task.await.expect("no panic"), Err(Aborted));
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_a_dropped_tracked_future() {
    let shutdown = ShutdownHandle::new();
    let task = shutdown.track(pending::<()>());
    let mut rig = rig(&shutdown);
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(task);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn panic_of_an_essential_task_begins_the_shutdown() {
    let shutdown = ShutdownHandle::new();
    let rig = rig(&shutdown);
    let task = async {
        tokio::time::sleep(ms(100)).await;
        panic!("a task's panic, on purpose")
    };
    let task = tokio::spawn(shutdown.track(task).essential());
    let report = rig.report().await;
    assert_eq!((report.cause, report.exit_code()), (Cause::Panic, 70));
    assert!(task.await.expect_err("the panic propagates").is_panic());
}

#[tokio::test(start_paused = true)]
async fn panic_of_an_essential_task_during_the_shutdown_is_reported() {
    let (shutdown, gate) = (ShutdownHandle::new(), Gate::new());
    let theirs = gate.clone();
    let task = async move {
        theirs.pass().await;
        panic!("a task's panic, on purpose")
    };
    let task = tokio::spawn(shutdown.track(task).essential());
    let mut rig = rig(&shutdown);
    rig.terminate().await;
    gate.let_go(1);
    assert!(task.await.is_err());
    let report = rig.report().await;
    assert_eq!((report.cause, report.exit_code()), (Cause::Signal(Signal::Terminate), 70));
    assert!(report.panicked && !report.clean);
    assert!(report.to_string().contains("an essential task panicked"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn panic_of_an_ordinary_task_does_not_begin_the_shutdown() {
    let shutdown = ShutdownHandle::new();
    let mut rig = rig(&shutdown);
    let task = tokio::spawn(shutdown.track(async { panic!("a task's panic, on purpose") }));
    assert!(task.await.is_err());
    assert!(!shutdown.is_draining());
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.tasks, report.took_ms, report.exit_code()), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_a_tracked_future_that_panicked() {
    let shutdown = ShutdownHandle::new();
    let mut rig = rig(&shutdown);
    let held = Arc::new(());
    let theirs = Arc::clone(&held);
    let mut task = Box::pin(shutdown.track(async move {
        let _theirs = theirs;
        panic!("a task's panic, on purpose")
    }));
    let mut cx = Context::from_waker(Waker::noop());
    let caught = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut cx)));
    assert!(caught.is_err());
    assert_eq!(Arc::strong_count(&held), 1, "the future's state is dropped");
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.tasks, report.took_ms), (0, 0));
    drop(task);
}

#[tokio::test(start_paused = true)]
async fn panic_of_an_essential_task_before_the_start_ends_the_server() {
    let shutdown = ShutdownHandle::new();
    let task =
        tokio::spawn(shutdown.track(async { panic!("a task's panic, on purpose") }).essential());
    assert!(task.await.is_err());
    assert!(shutdown.is_draining());
    let report = rig(&shutdown).report().await;
    assert_eq!((report.cause, report.exit_code()), (Cause::Panic, 70));
}

#[tokio::test(start_paused = true)]
async fn tasks_that_are_cut_are_dropped_before_the_release() {
    let shutdown = ShutdownHandle::new();
    let held = Arc::new(());
    let theirs = Arc::clone(&held);
    // This task notices the drain, and ignores it.
    let draining = shutdown.draining();
    let deaf = tokio::spawn(shutdown.track(async move {
        draining.await;
        pending::<()>().await;
        drop(theirs);
    }));
    let mut rig = Rig::with(Policy::default(), Router::new(), |serve| {
        serve.shutdown_handle(shutdown).release("pool", ms(100), move || async move {
            (Arc::strong_count(&held) == 1).then_some(()).ok_or("still in use")
        })
    });
    rig.terminate().await;
    tokio::time::advance(ms(7_999)).await;
    settle().await;
    assert!(!deaf.is_finished());
    let report = rig.report().await;
    assert_eq!((report.aborted.tasks, report.releases[0].outcome), (1, ReleaseOutcome::Done));
    assert_eq!(deaf.await.expect("no panic"), Err(Aborted));
}

#[tokio::test(start_paused = true)]
async fn task_tracked_after_the_cut_is_cut_too() {
    let shutdown = ShutdownHandle::new();
    let later = shutdown.clone();
    let task = tokio::spawn(shutdown.track(pending::<()>()));
    let after = tokio::spawn(async move {
        let cut = task.await.expect("no panic");
        (cut, later.track(pending::<()>()).await)
    });
    let mut rig = rig(&shutdown);
    rig.terminate().await;
    assert_eq!(rig.report().await.took_ms, 8_000);
    assert_eq!(after.await.expect("no panic"), (Err(Aborted), Err(Aborted)));
}

#[tokio::test(start_paused = true)]
async fn task_tracked_by_a_handler_outlives_its_request() {
    let gate = Gate::new();
    let theirs = gate.clone();
    let begin = |shutdown: ShutdownHandle| async move {
        tokio::spawn(shutdown.track(async move { theirs.pass().await }));
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

/// A consumer must not end when the drain begins, because requests in flight still send it work. It
/// must not wait for the server's end either, because the server waits for the consumer.
#[tokio::test(start_paused = true)]
async fn worker_ends_when_the_last_request_drops_its_sender() {
    let (shutdown, gate) = (ShutdownHandle::new(), Gate::new());
    let (send, mut jobs) = mpsc::channel::<&str>(1);
    let worker = tokio::spawn(shutdown.track(async move {
        let mut done = Vec::new();
        while let Some(job) = jobs.recv().await {
            done.push(job);
        }
        done
    }));
    let theirs = gate.clone();
    let enqueue = |State(send): State<mpsc::Sender<&'static str>>| async move {
        theirs.pass().await;
        send.send("late").await.expect("the worker receives the job");
    };
    let app = Router::new().route("/", get(enqueue)).with_state(send);
    let mut rig = Rig::with(Policy::default(), app, |serve| serve.shutdown_handle(shutdown));
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
async fn application_begins_the_shutdown() {
    let shutdown = ShutdownHandle::new();
    let rig = rig(&shutdown);
    settle().await;
    assert!(!rig.is_done());
    shutdown.begin();
    assert!(shutdown.is_draining());
    shutdown.begin();
    let report = rig.report().await;
    assert_eq!((report.cause, report.exit_code()), (Cause::Application, 0));
}

#[tokio::test(start_paused = true)]
async fn shutdown_begun_before_the_start_waits_for_tracked_tasks() {
    let shutdown = ShutdownHandle::new();
    let task = tokio::spawn(shutdown.track(tokio::time::sleep(ms(2_000))));
    shutdown.begin();
    shutdown.draining().await;
    let report = rig(&shutdown).report().await;
    assert_eq!((report.cause, report.took_ms), (Cause::Application, 2_000));
    assert_eq!(task.await.expect("no panic"), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn tasks_ended_works_without_a_server() {
    let shutdown = ShutdownHandle::new();
    shutdown.tasks_ended().await;
    let gates = [Gate::new(), Gate::new()];
    for gate in gates.clone() {
        tokio::spawn(shutdown.track(async move { gate.pass().await }));
    }
    shutdown.begin();
    let ended = tokio::spawn(shutdown.tasks_ended());
    for gate in &gates {
        settle().await;
        assert!(!ended.is_finished());
        gate.let_go(1);
    }
    ended.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn draining_completes_at_once_after_the_shutdown_began() {
    let shutdown = ShutdownHandle::new();
    let mut rig = rig(&shutdown);
    let early = tokio::spawn(shutdown.draining());
    settle().await;
    assert!(!early.is_finished());
    rig.terminate().await;
    early.await.expect("no panic");
    shutdown.draining().await;
}
