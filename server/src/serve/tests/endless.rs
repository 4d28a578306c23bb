//! Answers that never end by themselves: event streams and long polls.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use crate::drain::ConnectionClass;
use crate::testing::{Client, Rig, ms};
use crate::{Policy, ShutdownHandle, Signal};

/// Sends one event at once, then one each second. `/polite` ends with the drain, `/deaf` never.
fn events() -> Router {
    let events = || {
        let later = stream::repeat(()).then(|()| tokio::time::sleep(ms(1_000)));
        let events = stream::once(async {}).chain(later);
        events.map(|()| Ok::<_, Infallible>(Event::default().data("tick")))
    };
    let polite = move |shutdown: ShutdownHandle| async move {
        Sse::new(events().take_until(shutdown.draining()))
    };
    let deaf = move || async move { Sse::new(events()) };
    Router::new().route("/polite", get(polite)).route("/deaf", get(deaf))
}

/// A client that has received its first event.
async fn subscribe(rig: &Rig, path: &str) -> Client {
    let mut client = rig.connect();
    client.get(path).await;
    let head = client.read_until("data: tick\n\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    client
}

#[tokio::test(start_paused = true)]
async fn event_stream_that_awaits_the_drain_ends_whole() {
    let mut rig = Rig::new(Policy::default(), events());
    let mut client = subscribe(&rig, "/polite").await;
    assert!(client.is_quiet().await);
    rig.terminate().await;
    // An empty chunk ends the body, so the client knows that the answer is complete.
    assert_eq!(client.read_until("0\r\n\r\n").await, "0\r\n\r\n");
    assert_eq!(rig.elapsed(), ms(0));
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished, report.took_ms), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn event_stream_opened_during_the_drain_ends_at_once() {
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
async fn event_stream_that_ignores_the_drain_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), events());
    let mut client = subscribe(&rig, "/deaf").await;
    rig.terminate().await;
    let answer = client.rest().await;
    assert_eq!(rig.elapsed(), ms(8_000));
    assert!(answer.matches("data: tick").count() >= 7, "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "a cut answer must not look complete: {answer}");
    let report = rig.report().await;
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests[0].path.as_str()), (ConnectionClass::Active, "/deaf"));
    assert_eq!((report.aborted.requests, report.finished, report.took_ms), (1, 0, 8_000));
}

#[tokio::test(start_paused = true)]
async fn long_poll_is_answered_at_the_drain_with_pending_news_first() {
    let (publish, news) = watch::channel(0);
    let poll = move |shutdown: ShutdownHandle, Path(after): Path<u64>| {
        let mut news = news.clone();
        async move {
            tokio::select! {
                biased;
                Ok(newest) = news.wait_for(|newest| *newest > after) => Ok(newest.to_string()),
                () = shutdown.draining() => Err(StatusCode::NO_CONTENT),
            }
        }
    };
    let mut rig = Rig::new(Policy::default(), Router::new().route("/{after}", get(poll)));
    let (mut outdated, mut current) = (rig.connect(), rig.connect());
    outdated.get("/0").await;
    current.get("/1").await;
    assert!(outdated.is_quiet().await && current.is_quiet().await);
    // The news and the drain both arrive before either handler is polled again.
    rig.signal(Signal::Terminate);
    publish.send(1).expect("a handler listens");
    let answer = outdated.answer().await;
    assert_eq!(answer.body, "1");
    assert!(answer.says_close());
    let answer = current.rest().await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    drop((outdated, current));
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.finished, report.took_ms), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn handler_that_runs_before_the_driver_already_announces_the_close() {
    let shutdown = ShutdownHandle::new();
    let poll = |shutdown: ShutdownHandle| async move {
        shutdown.draining().await;
        "nothing new"
    };
    let app = Router::new().route("/", get(poll));
    let rig = Rig::with(Policy::default(), app, |serve| serve.shutdown_handle(shutdown.clone()));
    let mut client = rig.connect();
    client.get("/").await;
    // The handler runs before the driver, as on another thread after a signal.
    shutdown.begin();
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}
