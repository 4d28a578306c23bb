//! Work that cannot be cut: a blocked thread cannot be stopped, and must not keep the process
//! alive.
//!
//! At the deadline the report names the request, and the process ends anyway.
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
    // `#[tokio::main]` would drop the runtime here, and that waits for blocked threads without a
    // bound.
    runtime.shutdown_background();
    ended
}

async fn run() -> io::Result<ExitCode> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new()
        .route("/", get(|| async { "hello\n" }))
        // Never block without `spawn_blocking`. A blocked runtime thread may be the one that all
        // other tasks wait for, and then no signal is handled.
        .route("/blocks", get(|| async { tokio::task::spawn_blocking(block).await.unwrap_or(()) }));
    let policy = Policy::default().deadline(Duration::from_secs(1));
    let report = lastorders::serve(listener, app).policy(policy).signals(signals).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// Blocks forever.
fn block() {
    let _ = writeln!(stdout(), "blocked");
    loop {
        thread::park();
    }
}
