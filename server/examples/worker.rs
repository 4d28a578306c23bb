//! A worker that takes jobs from a channel, and that the shutdown waits for.
//!
//! The answer 202 is a promise: what was accepted is done, whether or not the server is told to
//! stop meanwhile.
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

/// Answers when the mail is in the channel, which is bounded: a flood waits here.
async fn accept(State(mails): State<mpsc::Sender<String>>, address: String) -> StatusCode {
    match mails.send(address).await {
        Ok(()) => StatusCode::ACCEPTED,
        // The worker has panicked.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Ends when the last sender is gone, and not when the drain begins: requests in flight may still
/// bring something. The senders are the application's, and go with its last connection.
async fn work(mut mails: mpsc::Receiver<String>) {
    // No more than ten mails in a second.
    let mut pace = tokio::time::interval(Duration::from_millis(100));
    while let Some(address) = mails.recv().await {
        pace.tick().await;
        assert!(address.contains('@'), "{address:?} should have been refused");
        let _ = writeln!(stdout(), "sent to {address}");
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let drain = ShutdownHandle::new();
    let (send, mails) = mpsc::channel(100);
    // Essential: nobody else takes the mails, so without it the server had better be started anew.
    tokio::spawn(drain.track(work(mails)).essential());
    let app = Router::new().route("/mails", post(accept)).with_state(send);
    let report = lastorders::serve(listener, app).signals(signals).shutdown_handle(drain).await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
