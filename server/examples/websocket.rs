//! WebSockets through axum: an echo that closes with a goodbye.
//!
//! Only the application can end a WebSocket cleanly, because to the server it is an opaque stream.
//! So the application awaits `draining` of its `ShutdownHandle`. A WebSocket that ignores the drain
//! is cut at the deadline, and its client cannot distinguish the cut from a crash.
//!
//! ```text
//! cargo run --example websocket
//! websocat ws://127.0.0.1:3000/
//! kill -TERM $(pgrep -x websocket)
//! ```

use std::io::{Write, stdout};
use std::process::ExitCode;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::{Router, response::Response, routing::any};
use lastorders::ShutdownHandle;
use tokio::net::TcpListener;

async fn upgrade(upgrade: WebSocketUpgrade, shutdown: ShutdownHandle) -> Response {
    upgrade.on_upgrade(|socket| echo(socket, shutdown))
}

async fn echo(mut socket: WebSocket, shutdown: ShutdownHandle) {
    loop {
        let message = tokio::select! {
            () = shutdown.draining() => break,
            message = socket.recv() => message,
        };
        match message {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            // axum answers pings.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return,
        }
    }
    // Close code 1001, "going away", tells the client that it may connect again, and will reach
    // another server (RFC 6455, section 7.4.1).
    let goodbye = CloseFrame { code: close_code::AWAY, reason: "shutting down".into() };
    if socket.send(Message::Close(Some(goodbye))).await.is_ok() {
        // Read pending messages until the client's own close frame. The deadline bounds this loop.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Register before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new().route("/", any(upgrade));
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
