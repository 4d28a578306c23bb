//! A service for systemd: it is started with its socket, and says when it is ready and when it
//! stops. `lastorders::systemd` has the units for it.
//!
//! ```text
//! cargo build --features systemd --example systemd
//! systemd-socket-activate --listen=127.0.0.1:3000 target/debug/examples/systemd
//! curl http://127.0.0.1:3000/
//! ```

use std::io::{Write, stdout};
use std::process::ExitCode;

use axum::{Router, routing::get};

use lastorders::Listener;
use lastorders::systemd::{self, Notifier};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    // Before anything else, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let listener = systemd::sockets()?.tcp().ok_or("systemd has passed no TCP socket")?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new().route("/", get(|| async { "hello\n" }));
    let report =
        lastorders::serve(listener, app).signals(signals).systemd(Notifier::from_env()?).await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
