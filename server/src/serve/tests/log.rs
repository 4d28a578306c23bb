//! The log of whole shutdowns: one line for each step, with its fields.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::future::pending;

use axum::Router;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::testing::{Gate, Rig, ms, settle};
use crate::{LameDuckWork, Policy, ShutdownHandle, Signal};

thread_local! {
    /// The lines of this thread. A test on a runtime with one thread logs only here.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Records the lines of the steps: level, message and fields.
struct Sink;

impl Subscriber for Sink {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "lastorders::event::log"
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = LogLine { message: String::new(), fields: String::new() };
        event.record(&mut line);
        let level = event.metadata().level();
        LOG.with_borrow_mut(|log| log.push(format!("{level} {}{}", line.message, line.fields)));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct LogLine {
    message: String,
    fields: String,
}

impl Visit for LogLine {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

/// Sets the subscriber for every thread. A subscriber for this thread only would miss events that
/// another thread has reached first.
fn start() {
    // Fails in every test except the first, which is fine.
    let _ = tracing::subscriber::set_global_default(Sink);
    tracing::callsite::rebuild_interest_cache();
    LOG.take();
}

fn lines() -> String {
    LOG.take().join("\n")
}

#[tokio::test(start_paused = true)]
async fn log_of_a_shutdown_that_cuts_has_each_step() {
    start();
    let (gate, shutdown) = (Gate::new(), ShutdownHandle::new());
    let stuck_task = tokio::spawn(shutdown.track(pending::<()>()));
    let policy = Policy::default().lame_duck(ms(500)).deadline(ms(2_000)).first_byte_grace(ms(100));
    let mut rig = Rig::with(policy, gate.app(shutdown.clone()), |serve| {
        serve
            .shutdown_handle(shutdown)
            .release("pool", ms(100), || tokio::time::sleep(ms(20)))
            .release("cache", ms(100), pending::<()>)
            .release("queue", ms(100), || async { Err::<(), _>("it is gone") })
    });
    let mut stuck = rig.connect();
    stuck.get("/held?secret").await;
    let mut half = rig.connect();
    half.send("GET /").await;
    rig.terminate().await;
    let mut late = rig.connect();
    late.get("/").await;
    late.answer().await;
    drop(late);
    assert!(stuck.closed().await && half.closed().await);
    let report = rig.report().await;
    assert!(stuck_task.await.expect("no panic").is_err());
    assert_eq!(report.took_ms, 2_120);
    let expected = "\
INFO shutdown begins; readiness is off cause=SIGTERM in_flight=1 connections=2 upgraded=0 tasks=1 \
lame_duck_ms=500 deadline_ms=2000
INFO closing the listener in_flight=1 connections=2
INFO listener closed; draining method=accept until empty took_ms=0 in_flight=1 connections=2 \
upgraded=0 tasks=1
INFO closing connections that have not sent a byte in_flight=1 connections=2
INFO closing idle connections in_flight=1 connections=2
WARN cutting the rest why=deadline in_flight=1 connections=2 upgraded=0 tasks=1
WARN request cut connection=1 class=\"active\" method=GET path=/held age_ms=2000
WARN connection cut connection=2 class=\"half_head\"
INFO drain complete took_ms=1500 finished=1 in_flight=0 upgraded=0 tasks=0
INFO releasing a resource resource=\"pool\"
INFO resource released resource=\"pool\" outcome=done took_ms=20
INFO releasing a resource resource=\"cache\"
WARN resource not released in time; abandoned resource=\"cache\" outcome=timed out took_ms=100
INFO releasing a resource resource=\"queue\"
WARN resource not released resource=\"queue\" outcome=failed took_ms=0 error=it is gone
INFO shutdown complete cause=SIGTERM clean=false forced=false panicked=false finished=1 cut=1 \
took_ms=2120 exit_code=0";
    assert_eq!(lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn log_of_a_forced_shutdown_shows_refusal_and_skipped_releases() {
    start();
    let policy = Policy::default().lame_duck(ms(500)).lame_duck_work(LameDuckWork::Refuse);
    let mut rig = Rig::with(policy, Router::new(), |serve| {
        serve.release("pool", ms(900), pending::<()>).release("cache", ms(100), || async {})
    });
    rig.signal(Signal::Interrupt);
    settle().await;
    tokio::time::advance(ms(600)).await;
    settle().await;
    rig.signal(Signal::Interrupt);
    assert_eq!(rig.report().await.exit_code(), 130);
    let expected = "\
INFO shutdown begins; readiness is off cause=SIGINT in_flight=0 connections=0 upgraded=0 tasks=0 \
lame_duck_ms=500 deadline_ms=8000
INFO refusing new requests in_flight=0 connections=0
INFO closing the listener in_flight=0 connections=0
INFO listener closed; draining method=accept until empty took_ms=0 in_flight=0 connections=0 \
upgraded=0 tasks=0
INFO drain complete took_ms=0 finished=0 in_flight=0 upgraded=0 tasks=0
INFO releasing a resource resource=\"pool\"
WARN resource not released in time; abandoned resource=\"pool\" outcome=timed out took_ms=0
WARN resource not released resource=\"cache\" outcome=skipped took_ms=0
INFO shutdown complete cause=SIGINT clean=false forced=true panicked=false finished=0 cut=0 \
took_ms=600 exit_code=130";
    assert_eq!(lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn log_of_a_shutdown_after_a_panic_begins_with_a_warning() {
    start();
    let shutdown = ShutdownHandle::new();
    let rig = Rig::with(Policy::default(), Router::new(), |serve| {
        serve.shutdown_handle(shutdown.clone())
    });
    let task = shutdown.track(async { panic!("a task's panic, on purpose") }).essential();
    assert!(tokio::spawn(task).await.is_err());
    rig.report().await;
    let expected = "\
WARN shutdown begins after a panic; readiness is off cause=panic in_flight=0 \
connections=0 upgraded=0 tasks=0 lame_duck_ms=0 deadline_ms=8000
INFO closing the listener in_flight=0 connections=0
INFO listener closed; draining method=accept until empty took_ms=0 in_flight=0 connections=0 \
upgraded=0 tasks=0
INFO drain complete took_ms=0 finished=0 in_flight=0 upgraded=0 tasks=0
INFO shutdown complete cause=panic clean=false forced=false panicked=true finished=0 cut=0 \
took_ms=0 exit_code=70";
    assert_eq!(lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn shortened_lame_duck_is_logged_before_the_server_is_polled() {
    start();
    let _rig = Rig::new(Policy::default().lame_duck(ms(15_000)), Router::new());
    let expected = "\
WARN the policy leaves no time to drain; lame duck shortened error=lame duck of 15s leaves no time \
before the deadline of 8s (both from the signal) lame_duck_ms=4000";
    assert_eq!(lines(), expected);
}
