//! Answers without an end of their own: event streams and long polls.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use crate::report::ConnectionClass;
use crate::testing::{Client, Rig, ms};
use crate::{Policy, ShutdownHandle, Signal};

/// One event at once and one a second after that; `/polite` ends with the drain, `/deaf` never.
fn events() -> Router {
    let events = || {
        let later = stream::repeat(()).then(|()| tokio::time::sleep(ms(1_000)));
        let events = stream::once(async {}).chain(later);
        events.map(|()| Ok::<_, Infallible>(Event::default().data("tick")))
    };
    let polite =
        move |drain: ShutdownHandle| async move { Sse::new(events().take_until(drain.draining())) };
    let deaf = move || async move { Sse::new(events()) };
    Router::new().route("/polite", get(polite)).route("/deaf", get(deaf))
}

/// A client that has had its first event.
async fn subscribe(rig: &Rig, path: &str) -> Client {
    let mut client = rig.connect();
    client.get(path).await;
    let head = client.read_until("data: tick\n\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    client
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_that_listens_to_the_drain_ends_whole() {
    let mut rig = Rig::new(Policy::default(), events());
    let mut client = subscribe(&rig, "/polite").await;
    assert!(client.is_quiet().await);
    rig.terminate().await;
    // The last chunk is the empty one: the client knows that it has all.
    assert_eq!(client.read_until("0\r\n\r\n").await, "0\r\n\r\n");
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
    let answer = client.rest().await;
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n0\r\n\r\n"), "{answer}");
    assert_eq!(rig.elapsed(), ms(0));
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_listen_flows_until_the_deadline() {
    let mut rig = Rig::new(Policy::default(), events());
    let mut client = subscribe(&rig, "/deaf").await;
    rig.terminate().await;
    let answer = client.rest().await;
    assert_eq!(rig.elapsed(), ms(8_000));
    assert!(answer.matches("data: tick").count() >= 7, "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "what was cut must not look whole: {answer}");
    let report = rig.report().await;
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests[0].path.as_str()), (ConnectionClass::Active, "/deaf"));
    assert_eq!((report.aborted.requests, report.finished, report.took_ms), (1, 0, 8_000));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_is_answered_when_the_drain_begins_and_what_is_there_goes_first() {
    let (tell, news) = watch::channel(0);
    let poll = move |drain: ShutdownHandle, Path(after): Path<u64>| {
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
    let answer = told.answer().await;
    assert_eq!(answer.body, "1");
    assert!(answer.says_close());
    let answer = untold.rest().await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    drop((told, untold));
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.finished, report.took_ms), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn who_hears_of_the_drain_first_announces_the_close_already() {
    let drain = ShutdownHandle::new();
    let poll = |drain: ShutdownHandle| async move {
        drain.draining().await;
        "nothing new"
    };
    let app = Router::new().route("/", get(poll));
    let rig = Rig::with(Policy::default(), app, |serve| serve.shutdown_handle(drain.clone()));
    let mut client = rig.connect();
    client.get("/").await;
    // The handler is awake before the driver is, as it may be on another thread after a signal.
    drain.begin();
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}
