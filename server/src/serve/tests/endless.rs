//! Answers without an end of their own: event streams and long polls.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::{StreamExt, stream};
use tokio::io::AsyncReadExt;

use crate::report::ConnectionClass;
use crate::testing::{Rig, ms, settle};
use crate::{Drain, Policy};

/// One event a second for ever, or until the drain if it is `polite`.
fn events(polite: bool) -> Router {
    let answer = move |Extension(drain): Extension<Drain>| async move {
        let tick = || tokio::time::sleep(ms(1_000));
        let ticks = stream::repeat(()).then(move |()| tick());
        let events = ticks.map(|()| Ok::<_, Infallible>(Bytes::from_static(b"data: tick\n\n")));
        if polite {
            Body::from_stream(events.take_until(drain.draining()))
        } else {
            Body::from_stream(events)
        }
    };
    Router::new().route("/", get(answer))
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_that_listens_to_the_drain_ends_whole() {
    let mut rig = Rig::new(Policy::default(), events(true));
    let mut client = rig.connect();
    client.get("/").await;
    tokio::time::advance(ms(2_500)).await;
    settle().await;
    rig.terminate().await;
    let mut answer = String::new();
    client.0.read_to_string(&mut answer).await.expect("no reset");
    // The last chunk is the empty one: the client knows that it has all.
    assert!(answer.ends_with("data: tick\n\n\r\n0\r\n\r\n"), "{answer}");
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
    assert!(report.took_ms <= 250, "{report}");
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_listen_flows_until_the_deadline() {
    let mut rig = Rig::new(Policy::default(), events(false));
    let mut client = rig.connect();
    client.get("/").await;
    rig.terminate().await;
    let mut answer = String::new();
    client.0.read_to_string(&mut answer).await.expect("no reset");
    assert_eq!(rig.elapsed(), ms(8_000));
    assert!(answer.matches("data: tick").count() >= 7, "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "what was cut must not look whole: {answer}");
    let report = rig.report().await;
    assert_eq!(report.aborted.requests, 1);
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests[0].path.as_str()), (ConnectionClass::Active, "/"));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_is_answered_when_the_drain_begins() {
    let poll = |Extension(drain): Extension<Drain>| async move {
        tokio::select! {
            () = tokio::time::sleep(ms(60_000)) => "news",
            () = drain.draining() => "ask another",
        }
    };
    let mut rig = Rig::new(Policy::default(), Router::new().route("/", get(poll)));
    let mut clients = [rig.connect(), rig.connect(), rig.connect()];
    for client in &mut clients {
        client.get("/").await;
        assert!(client.is_quiet().await);
    }
    rig.terminate().await;
    for client in &mut clients {
        let answer = client.answer().await;
        assert_eq!(answer.body, "ask another");
        assert!(answer.says_close());
    }
    drop(clients);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.finished, report.took_ms), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_listen_is_cut_at_the_deadline() {
    let poll = || async { tokio::time::sleep(ms(60_000)).await };
    let mut rig = Rig::new(Policy::default(), Router::new().route("/poll", get(poll)));
    let mut client = rig.connect();
    client.get("/poll").await;
    rig.terminate().await;
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(8_000));
    let report = rig.report().await;
    assert_eq!(report.aborted_connections[0].requests[0].path, "/poll");
    assert_eq!(report.took_ms, 8_000);
}
