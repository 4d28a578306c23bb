//! The lame duck, and readiness.

use std::time::Duration;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{LameDuckWork, Phase, Policy, ShutdownHandle};

fn rig(work: LameDuckWork) -> (Rig, Gate) {
    let (gate, shutdown) = (Gate::new(), ShutdownHandle::new());
    let app = gate.app(shutdown.clone());
    let policy = Policy::default().lame_duck(ms(1_000)).lame_duck_work(work);
    (Rig::with(policy, app, |serve| serve.shutdown_handle(shutdown)), gate)
}

#[tokio::test(start_paused = true)]
async fn serving_lame_duck_is_unready_and_takes_new_work() {
    let (mut rig, gate) = rig(LameDuckWork::Serve);
    let mut used = rig.connect();
    used.get("/health").await;
    assert_eq!(used.answer().await.body, r#"{"status":"ok"}"#);
    rig.terminate().await;

    used.get("/health").await;
    let answer = used.answer().await;
    assert_eq!((answer.status(), answer.body.as_str()), (503, r#"{"status":"shutting_down"}"#));
    assert!(answer.says_close());

    tokio::time::advance(ms(900)).await;
    let mut fresh = rig.connect();
    fresh.get("/").await;
    let answer = fresh.answer().await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "free"));
    assert!(answer.says_close());
    assert_eq!(gate.reached(), 1);
    drop((used, fresh));
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.phases[0].phase, Phase::LameDuck);
    assert_eq!(report.phases[0].took_ms, 1_000);
}

#[tokio::test(start_paused = true)]
async fn refusing_lame_duck_answers_new_requests_503_until_the_end() {
    let (mut rig, gate) = rig(LameDuckWork::Refuse);
    let mut held = rig.connect();
    held.get("/held").await;
    let mut idle = rig.connect();
    idle.get("/").await;
    idle.answer().await;
    let mut half = rig.connect();
    half.send("GET / HTTP/1.1\r\nho").await;
    rig.terminate().await;

    let mut fresh = rig.connect();
    fresh.get("/").await;
    half.send("st: test\r\n\r\n").await;
    for client in [&mut fresh, &mut half] {
        let answer = client.answer().await;
        assert_eq!((answer.status(), answer.body.as_str()), (503, r#"{"status":"shutting_down"}"#));
        assert!(answer.says_close());
    }
    // After the lame duck, an idle connection's last request is still refused with 503.
    tokio::time::advance(ms(1_100)).await;
    idle.get("/").await;
    assert_eq!(idle.answer().await.status(), 503);
    // The request in flight is served.
    gate.let_go(1);
    assert_eq!(held.answer().await.status(), 200);
    assert_eq!(gate.reached(), 2);
    drop((held, idle, fresh, half));
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.finished, 4);
}

#[tokio::test(start_paused = true)]
async fn idle_connections_stay_open_through_the_lame_duck() {
    let (mut rig, _) = rig(LameDuckWork::Serve);
    let mut idle = rig.connect();
    idle.get("/").await;
    idle.answer().await;
    rig.terminate().await;
    assert!(idle.closed().await);
    assert_eq!(rig.elapsed(), ms(1_250));
}

/// The lame duck counts towards the deadline, and requests in flight need a part of that time.
#[tokio::test(start_paused = true)]
async fn lame_duck_as_long_as_the_deadline_is_shortened() {
    for lame_duck in [ms(8_000), ms(15_000), Duration::MAX] {
        let gate = Gate::new();
        let policy = Policy::default().lame_duck(lame_duck);
        let mut rig = Rig::new(policy, gate.app(ShutdownHandle::new()));
        let mut held = rig.connect();
        held.get("/held").await;
        rig.terminate().await;
        // The server accepts connections in the first half.
        tokio::time::advance(ms(3_900)).await;
        let mut fresh = rig.connect();
        fresh.get("/").await;
        assert_eq!(fresh.answer().await.status(), 200);
        // In the second half, the server waits for requests in flight.
        tokio::time::advance(ms(100)).await;
        settle().await;
        tokio::time::advance(ms(3_900)).await;
        gate.let_go(1);
        assert_eq!(held.answer().await.status(), 200);
        drop((held, fresh));
        let report = rig.report().await;
        assert!(report.clean, "{report}");
        assert_eq!((report.phases[0].took_ms, report.took_ms), (4_000, 7_900));
    }
}

#[tokio::test(start_paused = true)]
async fn lame_duck_longer_than_the_deadline_ends_at_the_deadline() {
    let gate = Gate::new();
    let policy = Policy::default().lame_duck(ms(60_000));
    let mut rig = Rig::new(policy, gate.app(ShutdownHandle::new()));
    let mut held = rig.connect();
    held.get("/held").await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (1, 8_000));
}
