//! An axum service that loses no request when it is stopped.
//!
//! ```text
//! cargo run --example axum
//! curl http://127.0.0.1:3000/
//! kill -TERM $(pgrep -x axum)
//! ```

use std::io::{Write, stdout};
use std::process::ExitCode;

use axum::{Router, routing::get};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new().route("/", get(|| async { "hello\n" }));
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
