//! Responses that go on for as long as nobody ends them, and bodies that fail.

use std::convert::Infallible;
use std::panic::panic_any;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;

use crate::report::ConnectionClass;
use crate::testing::{Client, Rig, ms, settle};
use crate::{Drain, Policy, Signal};

/// One event, and then none; `/polite` ends with the drain, `/deaf` never.
fn events() -> Router {
    let events = || {
        let first = stream::once(async { Ok::<_, Infallible>(Event::default().data("first")) });
        first.chain(stream::pending())
    };
    let polite = move |drain: Drain| async move { Sse::new(events().take_until(drain.draining())) };
    let deaf = move || async move { Sse::new(events()) };
    Router::new().route("/polite", get(polite)).route("/deaf", get(deaf))
}

/// Reads until what has been read ends so, and gives it.
async fn read_until(client: &mut Client, end: &str) -> String {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        read.push(client.0.read_u8().await.expect("more"));
    }
    String::from_utf8(read).expect("text")
}

async fn subscribe(rig: &Rig, path: &str) -> Client {
    let mut client = rig.connect();
    client.get(path).await;
    let head = read_until(&mut client, "data: first\n\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    client
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_listens_ends_whole() {
    let mut rig = Rig::new(Policy::default(), events());
    let mut client = subscribe(&rig, "/polite").await;
    assert!(client.is_quiet().await);
    rig.terminate().await;
    assert_eq!(read_until(&mut client, "0\r\n\r\n").await, "0\r\n\r\n");
    assert_eq!(rig.elapsed(), ms(0));
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished, report.took_ms), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_during_the_drain_ends_at_once() {
    let mut rig = Rig::new(Policy::default().lame_duck(ms(1_000)), events());
    rig.terminate().await;
    let mut client = rig.connect();
    client.get("/polite").await;
    let answer = read_until(&mut client, "0\r\n\r\n").await;
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_listen_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), events());
    let mut client = subscribe(&rig, "/deaf").await;
    rig.terminate().await;
    // Cut and not ended: without the last chunk the client knows that something is missing.
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(8_000));
    let report = rig.report().await;
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests[0].path.as_str()), (ConnectionClass::Active, "/deaf"));
    assert_eq!((report.aborted.requests, report.finished), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_answers_and_what_is_there_goes_first() {
    let (tell, news) = watch::channel(0);
    let poll = move |drain: Drain, Path(after): Path<u64>| {
        let mut news = news.clone();
        async move {
            tokio::select! {
                biased;
                Ok(newest) = news.wait_for(|newest| *newest > after) => Ok(newest.to_string()),
                () = drain.draining() => Err(StatusCode::NO_CONTENT),
            }
        }
    };
    let mut rig = Rig::new(Policy::default(), Router::new().route("/{after}", get(poll)));
    let (mut told, mut untold) = (rig.connect(), rig.connect());
    told.get("/0").await;
    untold.get("/1").await;
    assert!(told.is_quiet().await && untold.is_quiet().await);
    // Both happen before either handler is polled again.
    rig.signal(Signal::Terminate);
    tell.send(1).expect("somebody listens");
    assert_eq!(told.answer().await.body, "1");
    let mut answer = String::new();
    untold.0.read_to_string(&mut answer).await.expect("no reset");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    drop((told, untold));
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.finished, report.took_ms), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn who_hears_of_the_drain_first_announces_the_close_already() {
    let drain = Drain::new();
    let poll = |drain: Drain| async move {
        drain.draining().await;
        "nothing new"
    };
    let app = Router::new().route("/", get(poll));
    let rig = Rig::with(Policy::default(), app, |serve| serve.drain(drain.clone()));
    let mut client = rig.connect();
    client.get("/").await;
    // The handler is awake before the driver is, as it may be on another thread after a signal.
    drain.begin();
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

/// A body that gives one chunk, and then panics.
fn panics() -> Router {
    let body = || async {
        let chunks = stream::iter([0, 1]).map(|at| {
            if at == 1 {
                panic_any("a body's panic, on purpose")
            }
            Ok::<_, Infallible>(Bytes::from_static(b"chunk"))
        });
        // A moment in between, so that the first is written before the second is asked for.
        let chunks = chunks.then(|chunk| async move {
            tokio::task::yield_now().await;
            chunk
        });
        Body::from_stream(chunks)
    };
    Router::new().route("/", get(body)).route("/ok", get(|| async { "ok" }))
}

#[tokio::test(start_paused = true)]
async fn the_panic_of_a_body_ends_its_response_in_the_middle_and_leaks_no_count() {
    let mut rig = Rig::new(Policy::default(), panics());
    let mut client = rig.connect();
    client.get("/").await;
    let mut answer = String::new();
    client.0.read_to_string(&mut answer).await.expect("no reset");
    assert!(!answer.ends_with("0\r\n\r\n"), "the client must see that it is not whole: {answer}");
    client.0.shutdown().await.expect("open");
    let mut other = rig.connect();
    other.get("/ok").await;
    assert_eq!(other.answer().await.status(), 200);
    drop((client, other));
    settle().await;
    rig.terminate().await;
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.at_signal.connections), (0, 0));
    assert_eq!((report.took_ms, report.exit_code()), (0, 0));
}
