//! A request is in flight from its head until its body is written, even if the handler fails or the
//! client disconnects.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::unbounded_channel;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Cause, Policy, ShutdownHandle, Signal};

#[tokio::test(start_paused = true)]
async fn server_without_connections_ends_at_once() {
    let mut rig = Rig::new(Policy::default(), Router::new());
    tokio::time::advance(ms(12_345)).await;
    rig.terminate().await;
    assert!(rig.is_done());
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.exit_code(), 0);
    assert_eq!(report.cause, Cause::Signal(Signal::Terminate));
    // The phases count from the signal, not from the start.
    assert_eq!(report.took_ms, 0);
}

#[tokio::test(start_paused = true)]
async fn request_in_flight_is_answered_whole_with_connection_close() {
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
async fn request_is_in_flight_until_its_answer_body_is_written() {
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
    // The handler has returned, but its body has not ended.
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
async fn answer_in_hypers_buffer_still_counts_as_in_flight() {
    // Larger than the window, so the end of the body stays in hyper's buffer until the client
    // reads.
    let app = Router::new().route("/", get(|| async { "x".repeat(4_000) }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/").await;
    rig.terminate().await;
    // Longer than every grace. A connection with an unread answer is not idle.
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
async fn client_that_stops_reading_is_cut_at_the_deadline() {
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
async fn handler_panic_answers_500_and_is_uncounted() {
    async fn panics() -> &'static str {
        panic!("a handler's panic, on purpose")
    }
    let app = Router::new().route("/", get(panics)).route("/ok", get(|| async { "ok" }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 500);
    // The connection stays open.
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
async fn half_head_that_finishes_before_the_deadline_is_served() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut fresh = rig.connect();
    fresh.send("GET / HT").await;
    // On a used connection, hyper's own graceful shutdown would discard the half head.
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

/// Half a head arrives before the signal, in another read than the end of the body.
#[tokio::test(start_paused = true)]
async fn half_head_after_a_request_with_a_body_is_served() {
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

/// The application answers at once and reads the body in a separate task. Neither parking nor
/// closing may take the rest of the body for a request.
#[tokio::test(start_paused = true)]
async fn body_read_after_the_answer_is_not_parsed_as_a_request() {
    let (bodies, mut read) = unbounded_channel();
    let app = post(move |body: Body| {
        let bodies = bodies.clone();
        async move {
            tokio::spawn(async move {
                let mut parts = body.into_data_stream();
                // Stops before the end of the body, because hyper 1.12 reports the end only with
                // the next request.
                let mut read = Vec::new();
                while read.len() < 30 {
                    let part = parts.next().await.expect("more");
                    read.extend_from_slice(&part.expect("no error"));
                }
                bodies.send(read).expect("the test listens");
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
async fn half_sent_body_that_finishes_before_the_deadline_is_served() {
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
