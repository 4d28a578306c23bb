use std::io::{self, Write};

use axum::Router;
use lastorders::Policy;
use lastorders::signal::Signals;
use tokio::net::TcpListener;

/// Serves until a signal; its report goes to stdout as one line of JSON.
pub(super) async fn serve(
    signals: Signals,
    listener: TcpListener,
    app: Router,
    policy: Policy,
) -> io::Result<u8> {
    let report = lastorders::serve(listener, app).policy(policy).signals(signals).await;
    let line = serde_json::to_string(&report).map_err(io::Error::other)?;
    writeln!(io::stdout(), "{line}")?;
    Ok(report.exit_code())
}
