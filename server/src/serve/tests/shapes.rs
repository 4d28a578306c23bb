//! Requests and answers of every shape: each is uncounted at its end, and none delays the drain.

use std::convert::Infallible;
use std::io;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use futures_util::{StreamExt, stream};
use tokio::io::AsyncReadExt;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

/// Every handler waits at the gate, so that the answer comes after the signal.
fn app(gate: &Gate) -> Router {
    let held = |answer: fn() -> Response| {
        let gate = gate.clone();
        any(move || {
            let gate = gate.clone();
            async move {
                gate.pass().await;
                answer()
            }
        })
    };
    fn chunks() -> Response {
        let chunks = ["one", "two"].map(|it| Ok::<_, Infallible>(Bytes::from(it)));
        Body::from_stream(stream::iter(chunks)).into_response()
    }
    Router::new()
        .route("/empty", held(|| Body::empty().into_response()))
        .route("/204", held(|| StatusCode::NO_CONTENT.into_response()))
        .route("/304", held(|| StatusCode::NOT_MODIFIED.into_response()))
        .route("/text", held(|| "text".into_response()))
        .route("/chunks", held(chunks))
}

#[tokio::test(start_paused = true)]
async fn every_shape_of_answer_arrives_whole_and_is_counted_once() {
    let rows = [
        // Request line and headers, the answer's beginning, the answer's end.
        ("GET /text HTTP/1.1\r\nhost: t", "HTTP/1.1 200", "\r\n\r\ntext"),
        ("HEAD /text HTTP/1.1\r\nhost: t", "HTTP/1.1 200", "\r\n\r\n"),
        ("GET /empty HTTP/1.1\r\nhost: t", "HTTP/1.1 200", "\r\n\r\n"),
        ("GET /204 HTTP/1.1\r\nhost: t", "HTTP/1.1 204", "\r\n\r\n"),
        ("GET /304 HTTP/1.1\r\nhost: t", "HTTP/1.1 304", "\r\n\r\n"),
        ("GET /chunks HTTP/1.1\r\nhost: t", "HTTP/1.1 200", "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"),
        ("HEAD /chunks HTTP/1.1\r\nhost: t", "HTTP/1.1 200", "\r\n\r\n"),
        // HTTP/1.0 knows no chunks, so the end of the connection is the end of the body.
        ("GET /chunks HTTP/1.0", "HTTP/1.0 200", "\r\n\r\nonetwo"),
        ("GET /text HTTP/1.0", "HTTP/1.0 200", "\r\n\r\ntext"),
        ("GET /text HTTP/1.0\r\nconnection: keep-alive", "HTTP/1.0 200", "\r\n\r\ntext"),
        ("GET /text HTTP/1.1\r\nhost: t\r\nconnection: close", "HTTP/1.1 200", "\r\n\r\ntext"),
        ("OPTIONS /text HTTP/1.1\r\nhost: t", "HTTP/1.1 200", "\r\n\r\ntext"),
    ];
    for (request, begins, ends) in rows {
        let gate = Gate::new();
        let mut rig = Rig::new(Policy::default(), app(&gate));
        let mut client = rig.connect();
        client.send(format!("{request}\r\n\r\n")).await;
        assert_eq!(gate.waiting(), 1, "{request}");
        rig.terminate().await;
        gate.let_go(1);
        let answer = client.rest().await;
        assert!(answer.starts_with(begins) && answer.ends_with(ends), "{request}: {answer}");
        drop(client);
        let report = rig.report().await;
        assert!(report.clean, "{request}: {report}");
        assert_eq!((report.finished, report.took_ms), (1, 0), "{request}");
    }
}

#[tokio::test(start_paused = true)]
async fn body_that_waits_for_100_continue_is_requested_and_finishes() {
    let app = Router::new().route("/", post(|body: String| async move { body }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    let head = "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
    client.send(head).await;
    rig.terminate().await;
    let mut go_on = [0; 25];
    client.0.read_exact(&mut go_on).await.expect("asked for the body");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    tokio::time::advance(ms(5_000)).await;
    client.send("body").await;
    let answer = client.answer().await;
    assert_eq!(answer.body, "body");
    assert!(answer.says_close());
    drop(client);
    assert!(rig.report().await.clean);
}

/// The application fails in the middle of a body. The client must see that the body is incomplete,
/// and the drain must not wait for the rest.
#[tokio::test(start_paused = true)]
async fn body_that_fails_or_panics_looks_incomplete_and_is_uncounted() {
    // The yield lets the server write the first part before it polls the second.
    let parts = || {
        stream::iter([true, false]).then(|first| async move {
            tokio::task::yield_now().await;
            first
        })
    };
    let fails = move || async move {
        let error = || io::Error::other("the application's, on purpose");
        let part = move |first: bool| first.then(|| Bytes::from("part")).ok_or_else(error);
        Body::from_stream(parts().map(part))
    };
    let panics = move || async move {
        Body::from_stream(parts().map(|first| {
            assert!(first, "a body's panic, on purpose");
            Ok::<_, Infallible>(Bytes::from("part"))
        }))
    };
    let app = Router::new().route("/fails", any(fails)).route("/panics", any(panics));
    for path in ["/fails", "/panics"] {
        let mut rig = Rig::new(Policy::default(), app.clone());
        let mut client = rig.connect();
        let mut other = rig.connect();
        other.send("GET / HT").await;
        client.get(path).await;
        rig.terminate().await;
        let mut answer = Vec::new();
        // This test does not check whether the connection ends with a reset.
        let _ = client.0.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).expect("text");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("part"), "{path}: {answer}");
        assert!(!answer.ends_with("0\r\n\r\n"), "{path}: {answer}");
        settle().await;
        assert!(!rig.is_done(), "the other connection stays open");
        drop((client, other));
        let report = rig.report().await;
        assert_eq!((report.aborted.requests, report.took_ms), (0, 0), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_requests_are_refused_and_do_not_delay_the_drain() {
    let rows = [
        ("\0\0\0\0\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nhost test\r\n\r\n", 400),
        ("GET / HTTP/9.9\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: many\r\n\r\n", 400),
    ];
    for (bytes, status) in rows {
        let gate = Gate::new();
        let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
        let mut client = rig.connect();
        rig.terminate().await;
        client.send(bytes).await;
        let answer = client.rest().await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{bytes:?}: {answer}");
        drop(client);
        let report = rig.report().await;
        assert_eq!((report.clean, gate.reached(), report.took_ms), (true, 0, 0), "{bytes:?}");
    }
}
