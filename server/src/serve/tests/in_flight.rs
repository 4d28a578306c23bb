//! Requests in flight: from the head until the body is written, whatever becomes of handler and
//! client.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::unbounded_channel;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

#[tokio::test(start_paused = true)]
async fn nothing_connected_ends_at_once() {
    let mut rig = Rig::new(Policy::default(), Router::new());
    tokio::time::advance(ms(12_345)).await;
    rig.terminate().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.exit_code(), 0);
    assert_eq!(report.cause, "SIGTERM");
    // The phases count from the signal and not from the start.
    assert_eq!(report.took_ms, 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_in_flight_is_answered_in_full_and_the_end_announced() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    tokio::time::advance(ms(5_000)).await;
    assert!(client.is_quiet().await);

    gate.let_go(1);
    let answer = client.answer().await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "held"));
    assert!(answer.says_close());
    assert!(client.closed().await);
    drop(client);
    settle().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn it_is_in_flight_until_the_body_is_written() {
    let (chunks, mut sent) = unbounded_channel::<Bytes>();
    let body = Body::from_stream(stream::poll_fn(move |cx| {
        sent.poll_recv(cx).map(|it| it.map(Ok::<_, Infallible>))
    }));
    let body = std::sync::Mutex::new(Some(body));
    let body = std::sync::Arc::new(body);
    let app = Router::new()
        .route("/", get(move || async move { body.lock().expect("free").take().expect("once") }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    // The handler has long returned; its body has not.
    assert!(!rig.is_done());

    chunks.send(Bytes::from_static(b"late")).expect("the body is alive");
    drop(chunks);
    let answer = client.rest().await;
    assert!(answer.ends_with("4\r\nlate\r\n0\r\n\r\n"), "{answer}");
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_body_in_the_buffer_is_not_written_yet() {
    // Larger than the window, so that its end stays in hyper's buffer until the client reads.
    let app = Router::new().route("/", get(|| async { "x".repeat(4_000) }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/").await;
    rig.terminate().await;
    // Beyond every grace: a client that has not read is not an idle one.
    tokio::time::advance(ms(2_000)).await;
    settle().await;
    assert!(!rig.is_done());
    let answer = client.answer().await;
    assert_eq!(answer.body.len(), 4_000);
    assert!(client.closed().await);
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_reading_is_cut_at_the_deadline() {
    let app = Router::new().route("/", get(|| async { "x".repeat(4_000) }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/").await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (1, 8_000));
    assert_eq!(report.aborted_connections[0].requests[0].path, "/");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_500_and_leaks_no_count() {
    async fn panics() -> &'static str {
        panic!("a handler's panic, on purpose")
    }
    let app = Router::new().route("/", get(panics)).route("/ok", get(|| async { "ok" }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 500);
    // The connection lives on.
    client.get("/ok").await;
    assert_eq!(client.answer().await.status(), 200);
    drop(client);
    rig.terminate().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert_eq!((report.at_signal.requests, report.at_signal.connections), (0, 0));
    assert_eq!(report.exit_code(), 0);
}

#[tokio::test(start_paused = true)]
async fn half_a_head_finishes_if_it_comes_before_the_deadline() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut fresh = rig.connect();
    fresh.send("GET / HT").await;
    // On a connection that was used before, hyper's own shutdown would throw the half away.
    let mut used = rig.connect();
    used.get("/").await;
    used.answer().await;
    used.send("GET / HT").await;
    rig.terminate().await;
    tokio::time::advance(ms(7_000)).await;
    for mut client in [fresh, used] {
        client.send("TP/1.1\r\nhost: test\r\n\r\n").await;
        let answer = client.answer().await;
        assert_eq!(answer.status(), 200);
        assert!(answer.says_close());
        assert!(client.closed().await);
    }
    assert!(rig.report().await.clean);
}

/// One that comes apart from the end of a body, before the signal, is watched.
#[tokio::test(start_paused = true)]
async fn half_a_head_after_a_request_with_a_body_finishes_too() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.send("POST /held HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\nok").await;
    assert_eq!(client.answer().await.body, "read");
    client.send("GET / HT").await;
    rig.terminate().await;
    tokio::time::advance(ms(7_000)).await;
    client.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
    assert!(rig.report().await.clean);
}

/// The application answers at once and goes on reading, in a task of its own. Neither parking nor
/// closing may take what is left of the body for a request.
#[tokio::test(start_paused = true)]
async fn a_body_that_is_read_on_after_the_answer_stays_a_body() {
    let (bodies, mut read) = unbounded_channel();
    let app = post(move |body: Body| {
        let bodies = bodies.clone();
        async move {
            tokio::spawn(async move {
                let mut parts = body.into_data_stream();
                // Not to its end: hyper 1.12 says that only with the next request.
                let mut read = Vec::new();
                while read.len() < 30 {
                    let part = parts.next().await.expect("more");
                    read.extend_from_slice(&part.expect("no error"));
                }
                bodies.send(read).expect("somebody listens");
            });
            "early"
        }
    });
    let app = Router::new().route("/", app);
    let mut rig = Rig::with(Policy::default(), app, |serve| serve.park_beyond(0));
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 30\r\n\r\nGET /").await;
    assert_eq!(client.answer().await.body, "early");
    for _ in 0..3 {
        tokio::time::advance(ms(1_000)).await;
        settle().await;
    }
    rig.terminate().await;
    tokio::time::advance(ms(500)).await;
    client.send(" HTTP/1.1\r\n").await;
    client.send("host: test\r\n\r\n").await;
    let body = read.recv().await.expect("the body was read");
    assert_eq!(body, b"GET / HTTP/1.1\r\nhost: test\r\n\r\n");
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn a_body_half_sent_finishes_too() {
    let app = Router::new().route("/", post(|body: String| async move { body }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nha").await;
    rig.terminate().await;
    tokio::time::advance(ms(7_000)).await;
    client.send("lf").await;
    assert_eq!(client.answer().await.body, "half");
    drop(client);
    assert!(rig.report().await.clean);
}
