//! A stream of events, and a long poll: responses that would go on for ever.
//!
//! Both end when the drain begins, whole, so that their clients ask again at once, and somewhere
//! else. If they did not, they would hold the shutdown until the deadline, and be cut there.
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

/// The newest number.
type News = watch::Receiver<u64>;

async fn events(
    drain: ShutdownHandle,
    State(news): State<News>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = stream::unfold(news, |mut news| async move {
        news.changed().await.ok()?;
        let event = Event::default().data(news.borrow_and_update().to_string());
        Some((Ok(event), news))
    });
    Sse::new(events.take_until(drain.draining()))
}

async fn after(
    drain: ShutdownHandle,
    State(mut news): State<News>,
    Path(seen): Path<u64>,
) -> Result<String, StatusCode> {
    tokio::select! {
        // News first: what is there when the drain begins is still delivered.
        biased;
        Ok(newest) = news.wait_for(|newest| *newest > seen) => Ok(newest.to_string()),
        () = drain.draining() => Err(StatusCode::NO_CONTENT),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let (tell, news) = watch::channel(0);
    // Not tracked: nothing is lost when it is dropped with the runtime.
    tokio::spawn(async move {
        let mut every_second = tokio::time::interval(Duration::from_secs(1));
        loop {
            every_second.tick().await;
            tell.send_modify(|newest| *newest += 1);
        }
    });
    let routes = Router::new().route("/events", get(events)).route("/after/{seen}", get(after));
    let app = routes.with_state(news);
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
