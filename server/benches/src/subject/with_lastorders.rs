use std::io::{self, Write};

use axum::Router;
use lastorders::listener::{BeginAt, Shared};
use lastorders::signal::Signals;
use lastorders::{Listener, Policy};
use tokio::net::TcpListener;

use super::options::SealMethodChoice;

/// Serves until a signal. Prints the report to stdout as one line of JSON.
pub(super) async fn serve(
    signals: Signals,
    listener: TcpListener,
    app: Router,
    policy: Policy,
    method: Option<SealMethodChoice>,
) -> io::Result<u8> {
    match method {
        Some(SealMethodChoice::SharedSocket) => {
            run(signals, Shared::new(listener), app, policy).await
        }
        Some(method) => run(signals, BeginAt::new(listener, method.method()), app, policy).await,
        None => run(signals, listener, app, policy).await,
    }
}

async fn run<L: Listener>(
    signals: Signals,
    listener: L,
    app: Router,
    policy: Policy,
) -> io::Result<u8> {
    let report = lastorders::serve(listener, app).policy(policy).signals(signals).await;
    let line = serde_json::to_string(&report).map_err(io::Error::other)?;
    writeln!(io::stdout(), "{line}")?;
    Ok(report.exit_code())
}
