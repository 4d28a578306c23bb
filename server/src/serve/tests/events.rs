//! The events of whole shutdowns, on a paused clock.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use tokio::io::DuplexStream;

use crate::drain::{Cause, Phase, ReleaseOutcome};
use crate::event::{CutReason, Event, Observer};
use crate::testing::{Gate, MemoryListener, Rig, ms, settle};
use crate::{
    LameDuckWork, Listener, Policy, SealContext, SealMethod, Serve, ShutdownHandle, Signal,
};

/// The events that an observer got, one line for each.
#[derive(Clone, Debug, Default)]
struct RecordedEvents(Arc<Mutex<Vec<String>>>);

impl RecordedEvents {
    fn observer(&self) -> impl Observer + use<> {
        let lines = Arc::clone(&self.0);
        move |event: &Event<'_>| lines.lock().expect("free").push(line(event))
    }

    /// The lines since the last call.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("free"))
    }
}

fn line(event: &Event<'_>) -> String {
    match event {
        Event::LameDuckShortened { error, lame_duck } => format!("{error}: {lame_duck:?}"),
        Event::Serving {} => "serving".to_owned(),
        Event::AcceptFailed { error, rest } => format!("accept failed: {error}, rest {rest:?}"),
        Event::ShutdownBegan { cause, counts, lame_duck, deadline, longest } => {
            let (requests, tasks) = (counts.requests, counts.tasks);
            format!("{cause} {requests} {tasks} {lame_duck:?} {deadline:?} {longest:?}")
        }
        Event::PhaseEntered { phase, after, counts } => {
            format!("{phase} after {after:?} with {}", counts.requests)
        }
        Event::RefusingWork { counts } => format!("refusing with {}", counts.open),
        Event::MakingRoom { counts } => format!("making room with {}", counts.open),
        Event::Sealed { method, took, counts } => {
            format!("sealed by {method} in {took:?} with {}", counts.open)
        }
        Event::ClosingSilent { counts } => format!("closing silent with {}", counts.open),
        Event::ClosingIdle { counts } => format!("closing idle with {}", counts.open),
        Event::Cutting { why, counts, connections } => {
            let classes: Vec<_> = connections.iter().map(|it| it.class.name()).collect();
            format!("cutting {} and {} by {why}: {classes:?}", counts.requests, counts.tasks)
        }
        Event::Drained { took, finished, counts } => {
            format!("drained in {took:?}, {finished} finished, {} left", counts.requests)
        }
        Event::Releasing { resource } => format!("releasing {resource}"),
        Event::Released { resource, outcome, took, error } => {
            let error = error.map(ToString::to_string);
            format!("released {resource} in {took:?}: {outcome} {error:?}")
        }
        Event::Finished { report } => format!("finished with {}", report.exit_code),
    }
}

fn observed(
    recorded: &RecordedEvents,
    more: impl FnOnce(Serve<MemoryListener, Router>) -> Serve<MemoryListener, Router>,
) -> impl FnOnce(Serve<MemoryListener, Router>) -> Serve<MemoryListener, Router> {
    move |serve| more(serve.observe(recorded.observer()))
}

#[tokio::test(start_paused = true)]
async fn shutdown_that_cuts_emits_every_step_in_order() {
    let (gate, shutdown, recorded) =
        (Gate::new(), ShutdownHandle::new(), RecordedEvents::default());
    let stuck_task = tokio::spawn(shutdown.track(pending::<()>()));
    let policy = Policy::default().lame_duck(ms(500)).deadline(ms(2_000)).first_byte_grace(ms(100));
    let mut rig = Rig::with(
        policy,
        gate.app(shutdown.clone()),
        observed(&recorded, |serve| {
            serve
                .shutdown_handle(shutdown)
                .release("pool", ms(100), || tokio::time::sleep(ms(20)))
                .release("cache", ms(100), pending::<()>)
                .release("queue", ms(100), || async { Err::<(), _>("it is gone") })
        }),
    );
    settle().await;
    assert_eq!(recorded.take(), ["serving"]);
    let mut stuck = rig.connect();
    stuck.get("/held").await;
    assert!(recorded.take().is_empty(), "a request is not an event");
    rig.terminate().await;
    assert_eq!(recorded.take(), ["SIGTERM 1 1 500ms 2s 3.05s", "lame duck after 0ns with 1"]);
    let mut late = rig.connect();
    late.get("/").await;
    late.answer().await;
    drop(late);
    assert!(stuck.closed().await);
    rig.report().await;
    assert!(stuck_task.await.expect("no panic").is_err());
    let expected = [
        "sealing after 500ms with 1",
        "sealed by accept until empty in 0ns with 1",
        "draining after 500ms with 1",
        "closing silent with 1",
        "closing idle with 1",
        "aborting after 2s with 1",
        "cutting 1 and 1 by deadline: [\"active\"]",
        "drained in 1.5s, 1 finished, 0 left",
        "releasing after 2s with 0",
        "releasing pool",
        "released pool in 20ms: done None",
        "releasing cache",
        "released cache in 100ms: timed out None",
        "releasing queue",
        "released queue in 0ns: failed Some(\"it is gone\")",
        "done after 2.12s with 0",
        "finished with 0",
    ];
    assert_eq!(recorded.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn second_sigint_is_the_reason_of_a_cut() {
    let (gate, recorded) = (Gate::new(), RecordedEvents::default());
    let policy = Policy::default().lame_duck(ms(500)).lame_duck_work(LameDuckWork::Refuse);
    let app = gate.app(ShutdownHandle::new());
    let mut rig = Rig::with(
        policy,
        app,
        observed(&recorded, |serve| serve.release("pool", ms(9_000), pending::<()>)),
    );
    let mut client = rig.connect();
    client.get("/held").await;
    rig.signal(Signal::Interrupt);
    settle().await;
    rig.signal(Signal::Interrupt);
    assert!(client.closed().await);
    rig.signal(Signal::Interrupt);
    assert_eq!(rig.report().await.exit_code(), 130);
    let expected = [
        "serving",
        "SIGINT 1 0 500ms 8s 9.05s",
        "lame duck after 0ns with 1",
        "refusing with 1",
        "aborting after 0ns with 1",
        "cutting 1 and 0 by second SIGINT: [\"active\"]",
        "drained in 0ns, 0 finished, 0 left",
        "releasing after 0ns with 0",
        "releasing pool",
        "released pool in 0ns: timed out None",
        "done after 0ns with 0",
        "finished with 130",
    ];
    assert_eq!(recorded.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn shutdown_before_the_first_wait_never_serves() {
    let (recorded, shutdown) = (RecordedEvents::default(), ShutdownHandle::new());
    shutdown.begin();
    Rig::with(
        Policy::default(),
        Router::new(),
        observed(&recorded, |serve| serve.shutdown_handle(shutdown)),
    )
    .report()
    .await;
    let expected = [
        "application 0 0 0ns 8s 9.05s",
        "sealing after 0ns with 0",
        "sealed by accept until empty in 0ns with 0",
        "draining after 0ns with 0",
        "drained in 0ns, 0 finished, 0 left",
        "releasing after 0ns with 0",
        "done after 0ns with 0",
        "finished with 0",
    ];
    assert_eq!(recorded.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn phases_without_resources_are_emitted_when_they_begin() {
    let (gate, recorded) = (Gate::new(), RecordedEvents::default());
    let mut rig = Rig::with(
        Policy::default(),
        gate.app(ShutdownHandle::new()),
        observed(&recorded, |serve| serve),
    );
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    recorded.take();
    gate.let_go(1);
    client.answer().await;
    settle().await;
    // The connection lingers, so nothing is in flight and the server is not done.
    let drained = ["drained in 1s, 1 finished, 0 left", "releasing after 1s with 0"];
    assert_eq!(recorded.take(), drained);
    assert!(!rig.is_done());
    drop(client);
    rig.report().await;
    assert_eq!(recorded.take(), ["done after 1s with 0", "finished with 0"]);
}

/// A listener whose seal has no descriptors for 400 ms.
struct OutOfDescriptors(MemoryListener);

impl Listener for OutOfDescriptors {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> io::Result<(DuplexStream, ())> {
        self.0.accept().await
    }

    fn local_addr(&self) -> io::Result<()> {
        self.0.local_addr()
    }

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        for _ in 0..40 {
            context.make_room();
            context.sleep(ms(10)).await;
        }
        SealMethod::AcceptUntilEmpty
    }
}

#[tokio::test(start_paused = true)]
async fn closing_idle_connections_to_make_room_is_an_event() {
    let recorded = RecordedEvents::default();
    let app = Gate::new().app(ShutdownHandle::new());
    let mut rig = Rig::behind(Policy::default(), app, OutOfDescriptors, |serve| {
        serve.observe(recorded.observer())
    });
    let mut idle = rig.connect();
    idle.get("/").await;
    idle.answer().await;
    rig.terminate().await;
    assert!(idle.closed().await);
    assert_eq!(rig.elapsed(), Policy::default().idle_grace);
    drop(idle);
    rig.report().await;
    let expected = [
        "serving",
        "SIGTERM 0 0 0ns 8s 9.05s",
        "sealing after 0ns with 0",
        "making room with 1",
        "sealed by accept until empty in 400ms with 0",
        "draining after 400ms with 0",
        "drained in 0ns, 0 finished, 0 left",
        "releasing after 400ms with 0",
        "done after 400ms with 0",
        "finished with 0",
    ];
    assert_eq!(recorded.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn failed_accepts_are_events_unless_they_concern_one_connection() {
    let recorded = RecordedEvents::default();
    let rig = Rig::with(Policy::default(), Router::new(), observed(&recorded, |serve| serve));
    settle().await;
    recorded.take();
    rig.fail_accept(io::ErrorKind::ConnectionAborted.into());
    rig.fail_accept(io::Error::other("no descriptors"));
    settle().await;
    assert_eq!(recorded.take(), ["accept failed: no descriptors, rest 100ms"]);
}

#[tokio::test(start_paused = true)]
async fn shortened_lame_duck_is_an_event_before_anything_is_polled() {
    let recorded = RecordedEvents::default();
    let policy = Policy::default().lame_duck(ms(15_000));
    let _rig = Rig::with(policy, Router::new(), observed(&recorded, |serve| serve));
    let [line] = &recorded.take()[..] else { panic!("one event") };
    assert!(line.starts_with("lame duck of 15s") && line.ends_with(": 4s"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn observer_that_panics_ends_neither_the_server_nor_other_observers() {
    let (before, after, lines) =
        (RecordedEvents::default(), RecordedEvents::default(), RecordedEvents::default());
    let panics = {
        let lines = lines.clone();
        move |_: &Event<'_>| {
            lines.0.lock().expect("free").push("called".to_owned());
            panic!("an observer's panic, on purpose")
        }
    };
    let mut rig = Rig::with(Policy::default(), Router::new(), |serve| {
        serve.observe(before.observer()).observe(panics).observe(after.observer())
    });
    rig.terminate().await;
    assert_eq!(rig.report().await.exit_code(), 0);
    let (before, after) = (before.take(), after.take());
    assert_eq!(before, after);
    assert_eq!(after.last().expect("events"), "finished with 0");
    assert_eq!(lines.take(), ["called"]);
}

#[tokio::test(start_paused = true)]
async fn fields_have_the_types_of_the_report() {
    let (send, seen) = std::sync::mpsc::channel();
    let mut rig = Rig::with(Policy::default(), Router::new(), |serve| {
        serve.release("pool", ms(100), || async {}).observe(move |event: &Event<'_>| {
            let matched = match event {
                Event::ShutdownBegan { cause, .. } => *cause == Cause::Signal(Signal::Terminate),
                Event::PhaseEntered { phase, .. } => *phase > Phase::Serving,
                Event::Sealed { method, .. } => *method == SealMethod::AcceptUntilEmpty,
                Event::Cutting { why, .. } => *why == CutReason::Deadline,
                Event::Released { outcome, .. } => *outcome == ReleaseOutcome::Done,
                Event::Finished { report } => report.clean,
                _ => return,
            };
            send.send(matched).expect("the test reads");
        })
    });
    rig.terminate().await;
    rig.report().await;
    // The begin, four phases, the seal, the release and the end.
    assert_eq!(seen.iter().collect::<Vec<_>>(), [true; 8]);
}
