//! The deadline, and everything that is cut at it.

use std::time::Duration;

use crate::drain::ConnectionClass::{Active, HalfHead};
use crate::testing::{Gate, Rig, ms};
use crate::{Policy, ShutdownHandle, Signal};

#[tokio::test(start_paused = true)]
async fn connections_left_at_the_deadline_are_cut_and_reported() {
    let gate = Gate::new();
    let policy = Policy::default().deadline(ms(3_000)).forced_exit_code(9);
    let mut rig = Rig::new(policy, gate.app(ShutdownHandle::new()));
    let mut active = rig.connect();
    active.get("/held?secret").await;
    let mut half = rig.connect();
    half.send("GET /").await;
    tokio::time::advance(ms(1_000)).await;
    rig.terminate().await;
    tokio::time::advance(ms(2_999)).await;
    assert!(active.is_quiet().await && half.is_quiet().await);

    assert!(active.closed().await && half.closed().await);
    assert_eq!(rig.elapsed(), ms(3_000));
    gate.let_go(1);
    let report = rig.report().await;
    assert_eq!(report.exit_code(), 9);
    assert!(!report.clean);
    assert_eq!((report.aborted.requests, report.aborted.connections), (1, 2));
    let classes: Vec<_> = report.aborted_by_class().into_iter().collect();
    assert_eq!(classes, [(HalfHead, 1), (Active, 1)]);
    let request = &report.aborted_connections[0].requests[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/held"));
    assert_eq!(request.age_ms, 4_000);
    let text = report.to_string();
    assert!(text.contains("GET /held, 4000 ms old"), "{text}");
}

/// A caller that wants no bound may pass the longest duration.
#[tokio::test(start_paused = true)]
async fn longest_possible_durations_do_not_overflow() {
    let long = Duration::MAX;
    let policy = Policy::default().deadline(long).release(long).handshake_grace(long).linger(long);
    let gate = Gate::new();
    let mut rig = Rig::with(
        policy.first_byte_grace(long).idle_grace(long),
        gate.app(ShutdownHandle::new()),
        |serve| serve.release("pool", long, || async {}).header_read_timeout(Some(long)),
    );
    let mut client = rig.connect();
    client.get("/held").await;
    let mut idle = rig.connect();
    idle.get("/").await;
    idle.answer().await;
    rig.terminate().await;
    gate.let_go(1);
    assert_eq!(client.answer().await.status(), 200);
    drop((client, idle));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn repeated_sigterm_is_ignored() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    for _ in 0..3 {
        rig.terminate().await;
        tokio::time::advance(ms(500)).await;
    }
    rig.signal(Signal::Interrupt);
    assert!(client.is_quiet().await);
    gate.let_go(1);
    assert_eq!(client.answer().await.status(), 200);
    drop(client);
    assert_eq!(rig.report().await.exit_code(), 0);
}

#[tokio::test(start_paused = true)]
async fn second_interrupt_cuts_at_once() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.signal(Signal::Interrupt);
    assert!(client.is_quiet().await);
    rig.signal(Signal::Interrupt);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(0));
    let report = rig.report().await;
    assert!(report.forced);
    assert_eq!((report.exit_code(), report.aborted.requests), (130, 1));
}

/// Both signals arrive before the server polls. Merging them would lose the second one.
#[tokio::test(start_paused = true)]
async fn two_simultaneous_interrupts_count_as_two() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.signal(Signal::Interrupt);
    rig.signal(Signal::Interrupt);
    assert!(client.closed().await);
    let report = rig.report().await;
    assert_eq!((report.exit_code(), report.took_ms), (130, 0));
}

/// The drain is over, but a pool does not close. A second SIGINT still has an effect.
#[tokio::test(start_paused = true)]
async fn second_interrupt_cuts_a_release_that_hangs() {
    let mut rig = Rig::with(Policy::default(), axum::Router::new(), |serve| {
        serve.release("hangs", ms(1_000), std::future::pending::<()>)
    });
    rig.signal(Signal::Interrupt);
    tokio::time::sleep(ms(100)).await;
    assert!(!rig.is_done());
    rig.signal(Signal::Interrupt);
    let report = rig.report().await;
    assert_eq!((report.exit_code(), report.took_ms), (130, 100));
}

#[tokio::test(start_paused = true)]
async fn task_that_cannot_be_cut_does_not_delay_the_end() {
    let shutdown = ShutdownHandle::new();
    // This future is never polled again, like a handler that blocks its thread. So it does not
    // notice the cut.
    let blocked = shutdown.track(std::future::pending::<()>());
    let mut rig =
        Rig::with(Policy::default(), axum::Router::new(), |serve| serve.shutdown_handle(shutdown));
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_050);
    assert_eq!(report.aborted.tasks, 1);
    drop(blocked);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_server_cuts_all_connections() {
    let gate = Gate::new();
    let rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.drop_server().await;
    assert!(client.closed().await);
}
