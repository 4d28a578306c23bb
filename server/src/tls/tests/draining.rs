use axum::Router;
use axum::routing::post;
use tokio::io::AsyncWriteExt;

use super::peers::{client_hello, connect, rig, shake_hands};
use crate::testing::{Gate, ms, settle};
use crate::{Policy, SealMethod, ShutdownHandle, Signal};

#[tokio::test(start_paused = true)]
async fn a_handshake_that_has_not_begun_is_bounded_by_the_first_byte_grace() {
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

/// Bytes have been read from the socket, but none of them was a request's.
#[tokio::test(start_paused = true)]
async fn so_is_one_that_stays_half_done() {
    let policy = Policy::default().first_byte_grace(ms(100));
    let mut rig = rig(policy, Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    let hello = client_hello();
    client.send(&hello[..hello.len() / 2]).await;
    rig.terminate().await;
    tokio::time::advance(ms(99)).await;
    assert!(client.is_quiet().await);
    // More of it, but not all, gains no time.
    client.send(&hello[hello.len() / 2..hello.len() - 1]).await;
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(100));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn so_is_one_that_is_over_without_a_request() {
    let policy = Policy::default().first_byte_grace(ms(100));
    let mut rig = rig(policy, Gate::new().app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    rig.terminate().await;
    tokio::time::advance(ms(99)).await;
    assert!(client.is_quiet().await);
    // Without `close_notify` this would be an error.
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(100));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_ends_in_time_is_served() {
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
async fn a_request_in_flight_is_answered_and_then_closed_in_good_order() {
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
async fn a_client_that_never_says_close_notify_holds_only_as_long_as_the_linger() {
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
async fn no_reset_destroys_an_answer_over_an_unread_body() {
    // The handler answers without having read the body.
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

/// The seal is that of the listener inside, and what it lets in speaks TLS too.
#[tokio::test(start_paused = true)]
async fn what_waits_to_be_accepted_is_served() {
    let mut rig = rig(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let clients: Vec<_> = (0..20).map(|_| rig.connect()).collect();
    rig.signal(Signal::Terminate);
    for client in clients {
        let mut client = shake_hands(client).await.expect("it came in time");
        client.get("/").await;
        assert!(client.answer().await.says_close());
        assert!(client.closed().await);
    }
    let report = rig.report().await;
    assert_eq!((report.seal_method, report.finished), (Some(SealMethod::AcceptUntilEmpty), 20));
}
