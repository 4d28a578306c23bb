//! Clients that stop in the middle, and clients that go.

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use crate::report::ConnectionClass;
use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

const HALF_A_BODY: &str = "POST /upload HTTP/1.1\r\nhost: test\r\ncontent-length: 9\r\n\r\nhalf";

/// Takes uploads, and holds the token for as long as one is under way.
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
async fn a_body_that_stalls_is_cut_at_the_deadline() {
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
async fn one_byte_a_second_moves_no_deadline() {
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
async fn a_client_that_goes_in_the_middle_of_its_body_is_uncounted_at_once() {
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
    // The handler is gone, and the application with it.
    assert_eq!(Arc::strong_count(&token), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_goes_while_its_handler_runs_takes_the_handler_along() {
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

/// Half a head, and then nobody.
#[tokio::test(start_paused = true)]
async fn one_that_goes_in_the_middle_of_its_head_is_not_waited_for() {
    let mut rig = Rig::new(Policy::default(), Router::new());
    let mut client = rig.connect();
    client.send("GET / HTTP/1.1\r\nho").await;
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(client);
    assert_eq!(rig.report().await.took_ms, 0);
}
