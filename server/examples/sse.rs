//! A stream of events, and a long poll: responses that would never end by themselves.
//!
//! Both end whole when the drain begins, so that their clients reconnect at once, to another
//! instance. Otherwise they would hold the shutdown until the deadline, and be cut then.
//!
//! ```text
//! cargo run --example sse
//! curl --no-buffer http://127.0.0.1:3000/events
//! curl http://127.0.0.1:3000/after/100
//! kill -TERM $(pgrep -x sse)
//! ```

use std::convert::Infallible;
use std::io::{Write, stdout};
use std::process::ExitCode;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, Sse};
use axum::{Router, http::StatusCode, routing::get};
use futures_util::{Stream, StreamExt, stream};
use lastorders::ShutdownHandle;
use tokio::{net::TcpListener, sync::watch};

/// Receives the newest number.
type News = watch::Receiver<u64>;

async fn events(
    shutdown: ShutdownHandle,
    State(news): State<News>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = stream::unfold(news, |mut news| async move {
        news.changed().await.ok()?;
        let event = Event::default().data(news.borrow_and_update().to_string());
        Some((Ok(event), news))
    });
    Sse::new(events.take_until(shutdown.draining()))
}

async fn after(
    shutdown: ShutdownHandle,
    State(mut news): State<News>,
    Path(seen): Path<u64>,
) -> Result<String, StatusCode> {
    tokio::select! {
        // News first: news that exist when the drain begins are still delivered.
        biased;
        Ok(newest) = news.wait_for(|newest| *newest > seen) => Ok(newest.to_string()),
        () = shutdown.draining() => Err(StatusCode::NO_CONTENT),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let (publish, news) = watch::channel(0);
    // Not tracked: nothing is lost when this task is dropped with the runtime.
    tokio::spawn(async move {
        let mut every_second = tokio::time::interval(Duration::from_secs(1));
        loop {
            every_second.tick().await;
            publish.send_modify(|newest| *newest += 1);
        }
    });
    let routes = Router::new().route("/events", get(events)).route("/after/{seen}", get(after));
    let app = routes.with_state(news);
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
