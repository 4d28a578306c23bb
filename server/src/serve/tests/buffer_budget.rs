//! Idle connections beyond the buffer budget are parked: they release their buffers.

use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

/// A server with a client that has received one answer. `beyond` is how many connections may keep
/// buffers.
async fn used(shutdown: &ShutdownHandle, beyond: usize) -> (Rig, Client, Gate) {
    let gate = Gate::new();
    let app = gate.app(shutdown.clone());
    let rig = Rig::with(Policy::default(), app, |serve| {
        serve.shutdown_handle(shutdown.clone()).park_beyond(beyond)
    });
    let mut client = rig.connect();
    assert_eq!(shutdown.unparked(), 0);
    client.get("/").await;
    client.answer().await;
    assert_eq!(shutdown.unparked(), 1);
    (rig, client, gate)
}

async fn pass(seconds: u64) {
    for _ in 0..seconds {
        tokio::time::advance(ms(1_000)).await;
        settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn idle_connection_beyond_the_budget_is_parked_and_reused() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, mut client, gate) = used(&shutdown, 0).await;
    pass(1).await;
    assert_eq!(shutdown.unparked(), 0);
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert_eq!((shutdown.unparked(), gate.reached()), (1, 2));
    pass(2).await;
    assert_eq!(shutdown.unparked(), 0);
    rig.terminate().await;
    client.get("/").await;
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn idle_connections_within_the_budget_keep_their_buffers() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, client, _) = used(&shutdown, 1).await;
    pass(10).await;
    assert_eq!(shutdown.unparked(), 1);
    drop(client);
    rig.terminate().await;
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn buffer_budget_holds_while_many_connections_arrive() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, client, _) = used(&shutdown, 8).await;
    let mut clients = vec![client];
    // No time passes in this loop.
    for _ in 0..100 {
        let mut client = rig.connect();
        client.get("/").await;
        client.answer().await;
        clients.push(client);
        assert!(shutdown.unparked() <= 8 + 2 * 3, "{}", shutdown.unparked());
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
async fn parked_connection_counts_as_idle_in_a_shutdown() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, mut client, _) = used(&shutdown, 0).await;
    pass(1).await;
    assert_eq!(shutdown.unparked(), 0);
    rig.terminate().await;
    tokio::time::advance(ms(249)).await;
    assert!(client.is_quiet().await);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(250));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn half_head_and_request_in_flight_are_not_parked() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, mut half, gate) = used(&shutdown, 0).await;
    half.send("GET / HT").await;
    let mut busy = rig.connect();
    busy.get("/held").await;
    pass(5).await;
    assert_eq!(shutdown.unparked(), 2);
    half.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    assert_eq!(half.answer().await.status(), 200);
    gate.let_go(1);
    assert_eq!(busy.answer().await.body, "held");
    drop((half, busy));
    rig.terminate().await;
    assert!(rig.report().await.clean);
}

/// Half a head that arrives in one read with the end of a request.
#[tokio::test(start_paused = true)]
async fn half_head_behind_a_whole_request_survives_parking() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, mut client, _) = used(&shutdown, 0).await;
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
async fn parked_connection_closed_by_its_client_is_not_counted() {
    let shutdown = ShutdownHandle::new();
    let (mut rig, client, _) = used(&shutdown, 0).await;
    pass(2).await;
    drop(client);
    settle().await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.at_signal.connections, report.took_ms), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn header_read_timeout_applies_to_parked_connections() {
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
