//! Bodies of requests that outlast their response, and what the connection makes of them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use axum::routing::{get, post};
use http::Request;
use http_body_util::BodyExt;
use tokio::sync::mpsc::unbounded_channel;
use tower_service::Service;

use crate::testing::{Client, Gate, MemoryListener, Rig, ms, settle};
use crate::{Policy, RequestBody, ShutdownHandle};

const FREE: &str = "GET /free HTTP/1.1\r\nhost: test\r\n\r\n";

/// Longer than two sweeps of the buffers take.
async fn sweeps() {
    for _ in 0..10 {
        tokio::time::advance(ms(1_000)).await;
        settle().await;
    }
}

fn app(early: axum::routing::MethodRouter) -> Router {
    Router::new().route("/", early).route("/free", get(|| async { "free" }))
}

/// Answers early. A task reads one frame of the body if it is to, waits at the gate, and drops the
/// body.
fn holding(gate: &Gate, reads: bool) -> Router {
    let held = gate.clone();
    app(post(move |mut body: Body| async move {
        tokio::spawn(async move {
            if reads {
                let _ = body.frame().await;
            }
            held.pass().await;
            drop(body);
        });
        "early"
    }))
}

#[tokio::test(start_paused = true)]
async fn connection_closes_when_the_application_drops_a_body_after_the_idle_grace() {
    let rows = [
        // how the body's length is said, its first part, and its rest
        ("transfer-encoding: chunked", "4\r\nhalf\r\n", "0\r\n\r\n"),
        ("content-length: 12", "half", "halfhalf"),
    ];
    for (length, first, rest) in rows {
        let gate = Gate::new();
        let mut rig = Rig::new(Policy::default(), holding(&gate, true));
        let mut client = rig.connect();
        client.send(format!("POST / HTTP/1.1\r\nhost: test\r\n{length}\r\n\r\n")).await;
        assert!(!client.answer().await.says_close());
        client.send(first).await;
        rig.terminate().await;
        tokio::time::advance(ms(1_000)).await;
        settle().await;
        client.send(rest).await;
        gate.let_go(1);
        assert!(client.closed().await, "{length}");
        assert_eq!(rig.elapsed(), ms(1_000), "{length}");
        drop(client);
        assert!(rig.report().await.clean, "{length}");
    }
}

#[tokio::test(start_paused = true)]
async fn connection_parks_after_a_body_that_the_handler_ignores() {
    let app = Router::new().route("/", post(|| async { "ignored" }));
    let shutdown = ShutdownHandle::new();
    let rig = Rig::with(Policy::default(), app, |serve| {
        serve.shutdown_handle(shutdown.clone()).park_beyond(0)
    });
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody").await;
    client.answer().await;
    sweeps().await;
    assert_eq!(shutdown.unparked(), 0);
}

#[tokio::test(start_paused = true)]
async fn connection_parks_after_a_body_that_a_task_drops() {
    let gate = Gate::new();
    let shutdown = ShutdownHandle::new();
    let rig = Rig::with(Policy::default(), holding(&gate, false), |serve| {
        serve.shutdown_handle(shutdown.clone()).park_beyond(0)
    });
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody").await;
    client.answer().await;
    sweeps().await;
    assert_eq!(shutdown.unparked(), 1, "its bytes could be taken for a request");
    gate.let_go(1);
    sweeps().await;
    assert_eq!(shutdown.unparked(), 0);
}

#[tokio::test(start_paused = true)]
async fn half_a_head_behind_a_body_that_the_application_holds_is_not_lost() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), holding(&gate, false));
    let mut client = rig.connect();
    let post = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody";
    let (half, rest) = FREE.split_at(12);
    client.send(format!("{post}{half}")).await;
    assert!(!client.answer().await.says_close());
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    assert!(client.is_quiet().await);
    client.send(rest).await;
    let answer = client.answer().await;
    assert!(answer.says_close());
    assert_eq!(answer.body, "free");
}

#[tokio::test(start_paused = true)]
async fn request_behind_a_body_that_ends_after_the_idle_grace_is_served() {
    for (before, after) in [("", "bodybody"), ("body", "body")] {
        let early = post(|body: Body| async move {
            tokio::spawn(to_bytes(body, usize::MAX));
            "early"
        });
        let mut rig = Rig::new(Policy::default(), app(early));
        let mut client = rig.connect();
        client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 8\r\n\r\n").await;
        assert!(!client.answer().await.says_close());
        client.send(before).await;
        rig.terminate().await;
        tokio::time::advance(ms(1_000)).await;
        assert!(client.is_quiet().await);
        client.send(format!("{after}{FREE}")).await;
        assert_eq!(client.answer().await.body, "free", "{before:?} came before the signal");
    }
}

/// An application that is never ready, as tower's `Buffer` is when its worker has ended.
#[derive(Clone)]
struct NeverReady;

impl Service<Request<RequestBody>> for NeverReady {
    type Response = Response;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("the worker has ended")))
    }

    fn call(&mut self, _: Request<RequestBody>) -> Self::Future {
        unreachable!("it is not ready")
    }
}

#[tokio::test(start_paused = true)]
async fn body_of_a_request_that_the_application_never_sees_ends_with_the_answer() {
    let (queue, accepted) = unbounded_channel();
    let (signals, mut sent) = unbounded_channel();
    let shutdown = ShutdownHandle::new();
    let serve = crate::serve(MemoryListener::new(accepted), NeverReady)
        .shutdown_handle(shutdown.clone())
        .park_beyond(0)
        .signals(futures_util::stream::poll_fn(move |cx| sent.poll_recv(cx)));
    let server = tokio::spawn(serve.into_future());
    let (ours, theirs) = tokio::io::duplex(4096);
    queue.send(Ok(theirs)).expect("the server accepts");
    let mut client = Client(ours);
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody").await;
    assert_eq!(client.answer().await.status(), 500);
    sweeps().await;
    assert_eq!(shutdown.unparked(), 0);
    signals.send(crate::Signal::Terminate).expect("the server runs");
    assert!(client.closed().await);
    drop(client);
    let report = server.await.expect("no panic");
    assert!(report.clean);
    assert_eq!(report.took_ms, 250);
}
