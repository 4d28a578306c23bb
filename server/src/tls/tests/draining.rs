use axum::Router;
use axum::routing::post;
use tokio::io::AsyncWriteExt;

use super::peers::{client_hello, connect, rig, shake_hands};
use crate::testing::{Gate, ms, settle};
use crate::{Policy, SealMethod, ShutdownHandle, Signal};

#[tokio::test(start_paused = true)]
async fn connection_before_its_tls_handshake_closes_after_the_first_byte_grace() {
    let policy = Policy::default().first_byte_grace(ms(100));
    let mut rig = rig(policy, Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    settle().await;
    rig.terminate().await;
    tokio::time::advance(ms(99)).await;
    assert!(client.is_quiet().await);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(100));
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.took_ms, 100);
}

/// The server has read bytes from the socket, but no byte of a request.
#[tokio::test(start_paused = true)]
async fn half_done_tls_handshake_closes_after_the_first_byte_grace() {
    let policy = Policy::default().first_byte_grace(ms(100));
    let mut rig = rig(policy, Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    let hello = client_hello();
    client.send(&hello[..hello.len() / 2]).await;
    rig.terminate().await;
    tokio::time::advance(ms(99)).await;
    assert!(client.is_quiet().await);
    // More bytes, but not all, extend no deadline.
    client.send(&hello[hello.len() / 2..hello.len() - 1]).await;
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(100));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn tls_connection_without_a_request_closes_after_the_first_byte_grace() {
    let policy = Policy::default().first_byte_grace(ms(100));
    let mut rig = rig(policy, Gate::new().app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    rig.terminate().await;
    tokio::time::advance(ms(99)).await;
    assert!(client.is_quiet().await);
    // A close without `close_notify` would be an error here.
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(100));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn tls_handshake_that_ends_within_the_grace_is_served() {
    let mut rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let client = rig.connect();
    settle().await;
    rig.terminate().await;
    tokio::time::advance(ms(249)).await;
    let mut client = shake_hands(client).await.expect("there is still time");
    client.get("/").await;
    let answer = client.answer().await;
    assert!(answer.says_close());
    assert_eq!(answer.status(), 200);
    assert!(client.closed().await);
}

#[tokio::test(start_paused = true)]
async fn tls_request_in_flight_is_answered_and_its_connection_closed_cleanly() {
    let gate = Gate::new();
    let mut rig = rig(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    client.get("/held").await;
    rig.terminate().await;
    tokio::time::advance(ms(5_000)).await;
    settle().await;
    gate.let_go(1);
    let answer = client.answer().await;
    assert!(answer.says_close());
    assert_eq!(answer.body, "held");
    assert!(client.closed().await);
    // The client's own `close_notify` ends the linger.
    client.0.shutdown().await.expect("the server still reads");
    settle().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.finished, report.took_ms), (1, 5_000));
}

#[tokio::test(start_paused = true)]
async fn client_without_close_notify_delays_the_shutdown_by_the_linger_only() {
    let mut rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    rig.terminate().await;
    client.get("/").await;
    client.answer().await;
    assert!(client.closed().await);
    assert!(!rig.is_done());
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.took_ms, 250);
}

#[tokio::test(start_paused = true)]
async fn tls_answer_over_an_unread_body_arrives_whole() {
    // The handler does not read the body.
    let app = Router::new().route("/", post(|| async { "early" }));
    let mut rig = rig(Policy::default(), app);
    let mut client = connect(&rig).await;
    rig.terminate().await;
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 100000\r\n\r\n").await;
    client.send(vec![b'x'; 100_000]).await;
    assert_eq!(client.answer().await.body, "early");
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

/// The wrapped listener seals the socket, and connections that it admits speak TLS too.
#[tokio::test(start_paused = true)]
async fn queued_tls_connections_are_served_after_the_signal() {
    let mut rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let clients: Vec<_> = (0..20).map(|_| rig.connect()).collect();
    rig.signal(Signal::Terminate);
    for client in clients {
        let mut client = shake_hands(client).await.expect("the client connected in time");
        client.get("/").await;
        assert!(client.answer().await.says_close());
        assert!(client.closed().await);
    }
    let report = rig.report().await;
    assert_eq!((report.seal_method, report.finished), (Some(SealMethod::AcceptUntilEmpty), 20));
}
