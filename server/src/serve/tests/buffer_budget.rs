//! Idle connections that give up what they do not need.

use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

/// A server with a client that has had one answer; `beyond` is how many may hold buffers.
async fn used(drain: &ShutdownHandle, beyond: usize) -> (Rig, Client, Gate) {
    let gate = Gate::new();
    let app = gate.app(drain.clone());
    let rig = Rig::with(Policy::default(), app, |serve| {
        serve.shutdown_handle(drain.clone()).park_beyond(beyond)
    });
    let mut client = rig.connect();
    assert_eq!(drain.unparked(), 0);
    client.get("/").await;
    client.answer().await;
    assert_eq!(drain.unparked(), 1);
    (rig, client, gate)
}

async fn pass(seconds: u64) {
    for _ in 0..seconds {
        tokio::time::advance(ms(1_000)).await;
        settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_too_many_is_parked_and_used_again() {
    let drain = ShutdownHandle::new();
    let (mut rig, mut client, gate) = used(&drain, 0).await;
    pass(1).await;
    assert_eq!(drain.unparked(), 0);
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert_eq!((drain.unparked(), gate.reached()), (1, 2));
    pass(2).await;
    assert_eq!(drain.unparked(), 0);
    rig.terminate().await;
    client.get("/").await;
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn as_many_as_may_keep_their_buffers() {
    let drain = ShutdownHandle::new();
    let (mut rig, client, _) = used(&drain, 1).await;
    pass(10).await;
    assert_eq!(drain.unparked(), 1);
    drop(client);
    rig.terminate().await;
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_is_held_off_while_it_arrives() {
    let drain = ShutdownHandle::new();
    let (mut rig, client, _) = used(&drain, 8).await;
    let mut clients = vec![client];
    // Without a second passing.
    for _ in 0..100 {
        let mut client = rig.connect();
        client.get("/").await;
        client.answer().await;
        clients.push(client);
        assert!(drain.unparked() <= 8 + 2 * 3, "{}", drain.unparked());
    }
    for client in &mut clients {
        client.get("/").await;
        assert_eq!(client.answer().await.status(), 200);
    }
    drop(clients);
    rig.terminate().await;
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn a_parked_one_is_idle_in_a_shutdown_and_not_new() {
    let drain = ShutdownHandle::new();
    let (mut rig, mut client, _) = used(&drain, 0).await;
    pass(1).await;
    assert_eq!(drain.unparked(), 0);
    rig.terminate().await;
    tokio::time::advance(ms(249)).await;
    assert!(client.is_quiet().await);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(250));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn neither_half_a_head_nor_a_request_in_flight_is_parked() {
    let drain = ShutdownHandle::new();
    let (mut rig, mut half, gate) = used(&drain, 0).await;
    half.send("GET / HT").await;
    let mut busy = rig.connect();
    busy.get("/held").await;
    pass(5).await;
    assert_eq!(drain.unparked(), 2);
    half.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    assert_eq!(half.answer().await.status(), 200);
    gate.let_go(1);
    assert_eq!(busy.answer().await.body, "held");
    drop((half, busy));
    rig.terminate().await;
    assert!(rig.report().await.clean);
}

/// Half a head came with the end of the request before it, so that no later read showed it.
#[tokio::test(start_paused = true)]
async fn half_a_head_behind_a_whole_request_is_kept() {
    let drain = ShutdownHandle::new();
    let (mut rig, mut client, _) = used(&drain, 0).await;
    client.send("POST /held HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\nokGET / HT").await;
    assert_eq!(client.answer().await.body, "read");
    pass(3).await;
    client.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    assert_eq!(client.answer().await.body, "free");
    drop(client);
    rig.terminate().await;
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn a_parked_one_that_closes_is_gone() {
    let drain = ShutdownHandle::new();
    let (mut rig, client, _) = used(&drain, 0).await;
    pass(2).await;
    drop(client);
    settle().await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.connections, report.took_ms), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_time_for_a_head_runs_for_parked_ones_too() {
    let app = Gate::new().app(ShutdownHandle::new());
    let rig = Rig::with(Policy::default(), app, |serve| {
        serve.header_read_timeout(Some(ms(10_000))).park_beyond(0)
    });
    let mut silent = rig.connect();
    let mut used = rig.connect();
    used.get("/").await;
    used.answer().await;
    pass(10).await;
    assert!(silent.closed().await);
    assert!(used.is_quiet().await);
    pass(2).await;
    assert!(used.closed().await);
}
