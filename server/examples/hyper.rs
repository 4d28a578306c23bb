//! A plain tower service over hyper's types, without axum: it echoes the request body.
//!
//! ```text
//! cargo run --example hyper
//! curl http://127.0.0.1:3000/health
//! curl --data hello http://127.0.0.1:3000/
//! kill -TERM $(pgrep -x hyper)
//! ```

use std::convert::Infallible;
use std::io::{Write, stdout};
use std::process::ExitCode;

use http::{HeaderValue, Request, Response};
use lastorders::{RequestBody, ShutdownHandle, layer::HealthLayer};
use tokio::net::TcpListener;
use tower::{Layer, service_fn};

async fn echo(request: Request<RequestBody>) -> Result<Response<RequestBody>, Infallible> {
    // With axum, `ShutdownHandle` is an extractor.
    let shutdown = ShutdownHandle::current().expect("`serve` calls this");
    let draining = HeaderValue::from_static(if shutdown.is_draining() { "yes" } else { "no" });
    // The body is streamed back. The request is in flight until its last byte is written.
    let mut response = Response::new(request.into_body());
    response.headers_mut().insert("x-draining", draining);
    Ok(response)
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let shutdown = ShutdownHandle::new();
    let app = HealthLayer::new(shutdown.clone()).layer(service_fn(echo));
    let report = lastorders::serve(listener, app).signals(signals).shutdown_handle(shutdown).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
