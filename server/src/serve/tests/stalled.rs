//! Clients that stop in the middle, and clients that disconnect.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use crate::drain::ConnectionClass;
use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

const HALF_A_BODY: &str = "POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 9\r\n\r\nhalf";

/// Accepts uploads, and holds a clone of `token` while an upload is under way.
fn uploads(token: &Arc<()>) -> Router {
    let token = Arc::clone(token);
    let read = move |body: String| {
        let token = Arc::clone(&token);
        async move {
            drop(token);
            body
        }
    };
    Router::new().route("/upload", post(read))
}

#[tokio::test(start_paused = true)]
async fn stalled_request_body_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), uploads(&Arc::default()));
    let mut client = rig.connect();
    client.send(HALF_A_BODY).await;
    rig.terminate().await;
    tokio::time::advance(ms(7_999)).await;
    assert!(client.is_quiet().await);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(8_000));
    let report = rig.report().await;
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests[0].path.as_str()), (ConnectionClass::Active, "/upload"));
    assert_eq!(report.took_ms, 8_000);
}

#[tokio::test(start_paused = true)]
async fn one_byte_per_second_extends_no_deadline() {
    let mut rig = Rig::new(Policy::default(), uploads(&Arc::default()));
    let mut body = rig.connect();
    body.send("POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 99\r\n\r\n").await;
    let mut head = rig.connect();
    head.send("GET /").await;
    rig.terminate().await;
    for _ in 0..7 {
        tokio::time::advance(ms(1_000)).await;
        body.send("x").await;
        head.send("x").await;
    }
    assert!(body.closed().await && head.closed().await);
    assert_eq!(rig.elapsed(), ms(8_000));
    assert_eq!(rig.report().await.aborted.connections, 2);
}

#[tokio::test(start_paused = true)]
async fn client_that_disconnects_during_its_body_ends_the_drain_at_once() {
    let token = Arc::new(());
    let mut rig = Rig::new(Policy::default(), uploads(&token));
    let mut client = rig.connect();
    client.send(HALF_A_BODY).await;
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(client);
    settle().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (0, 0));
    // The handler has been dropped, and the application with it.
    assert_eq!(Arc::strong_count(&token), 1);
}

#[tokio::test(start_paused = true)]
async fn client_that_disconnects_during_its_request_drops_the_handler() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut clients = [rig.connect(), rig.connect()];
    for client in &mut clients {
        client.get("/held").await;
    }
    assert_eq!(gate.waiting(), 2);
    rig.terminate().await;
    let [gone, mut stays] = clients;
    drop(gone);
    settle().await;
    assert_eq!(gate.waiting(), 1);
    gate.let_go(1);
    assert_eq!(stays.answer().await.status(), 200);
    drop(stays);
    let report = rig.report().await;
    assert_eq!((report.at_signal.requests, report.aborted.requests), (2, 0));
}

/// The client disconnects after half a head.
#[tokio::test(start_paused = true)]
async fn client_that_disconnects_during_its_head_ends_the_drain_at_once() {
    let mut rig = Rig::new(Policy::default(), Router::new());
    let mut client = rig.connect();
    client.send("GET / HTTP/1.1\r\nho").await;
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(client);
    assert_eq!(rig.report().await.took_ms, 0);
}
