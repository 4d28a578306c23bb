//! Work that cannot be cut: a blocked thread cannot be told to stop, and must not keep the process.
//!
//! At the deadline the report names it, and the process ends all the same.
//!
//! ```text
//! cargo run --example blocking
//! curl http://127.0.0.1:3000/blocks &
//! kill -TERM $(pgrep -x blocking)
//! ```

use std::io::{self, Write, stdout};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use axum::{Router, routing::get};
use lastorders::Policy;
use tokio::net::TcpListener;

fn main() -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(run());
    // Not `#[tokio::main]`: that drops the runtime, which waits for blocked threads without a
    // bound.
    runtime.shutdown_background();
    ended
}

async fn run() -> io::Result<ExitCode> {
    // Before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new()
        .route("/", get(|| async { "hello\n" }))
        // Never without `spawn_blocking`: the thread it would block may be the one that all others
        // wait for, and then not even a signal is heard.
        .route("/blocks", get(|| async { tokio::task::spawn_blocking(block).await.unwrap_or(()) }));
    let policy = Policy::default().deadline(Duration::from_secs(1));
    let report = lastorders::serve(listener, app).policy(policy).signals(signals).await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// Computes for longer than anybody would wait.
fn block() {
    let _ = writeln!(stdout(), "blocked");
    loop {
        thread::park();
    }
}
