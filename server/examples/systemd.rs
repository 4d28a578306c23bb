//! A service for systemd, which passes the socket and is notified when the service is ready and
//! when it stops. The module `lastorders::systemd` documents the units.
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
    // Register before anything else, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let listener = systemd::sockets()?
        .tcp()
        .ok_or("systemd passed no TCP socket; start this program from a .socket unit")?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new().route("/", get(|| async { "hello\n" }));
    let report =
        lastorders::serve(listener, app).signals(signals).systemd(Notifier::from_env()?).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
