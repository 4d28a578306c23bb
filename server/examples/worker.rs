//! A worker that takes jobs from a channel, and that the shutdown waits for.
//!
//! The answer 202 is a promise: every accepted job is done, even if the server is stopped
//! meanwhile.
//!
//! ```text
//! cargo run --example worker
//! curl --data alice@example.com http://127.0.0.1:3000/mails
//! kill -TERM $(pgrep -x worker)
//! ```

use std::io::{Write, stdout};
use std::process::ExitCode;
use std::time::Duration;

use axum::{Router, extract::State, http::StatusCode, routing::post};
use lastorders::ShutdownHandle;
use tokio::{net::TcpListener, sync::mpsc};

/// Answers once the mail is in the channel. The channel is bounded, so a flood of requests waits
/// here.
async fn accept(State(mails): State<mpsc::Sender<String>>, address: String) -> StatusCode {
    match mails.send(address).await {
        Ok(()) => StatusCode::ACCEPTED,
        // The receiver is gone, because the worker has panicked.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Ends when the last sender is dropped. The begin of the drain is too early, because requests in
/// flight may still send mails. The application holds the senders, and is dropped with its last
/// connection.
async fn work(mut mails: mpsc::Receiver<String>) {
    // At most 10 mails per second.
    let mut pace = tokio::time::interval(Duration::from_millis(100));
    while let Some(address) = mails.recv().await {
        pace.tick().await;
        assert!(address.contains('@'), "{address:?} should have been refused");
        let _ = writeln!(stdout(), "sent to {address}");
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let shutdown = ShutdownHandle::new();
    let (send, mails) = mpsc::channel(100);
    // Essential, because no other worker takes the mails: after a panic the server should restart.
    tokio::spawn(shutdown.track(work(mails)).essential());
    let app = Router::new().route("/mails", post(accept)).with_state(send);
    let report = lastorders::serve(listener, app).signals(signals).shutdown_handle(shutdown).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
