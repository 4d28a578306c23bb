//! WebSockets through axum: an echo that says goodbye.
//!
//! A WebSocket is nobody's request: no server but the application can end it in good order. So it
//! hears of the shutdown through the drain. One that does not is cut at the deadline, and its
//! client cannot tell that from a crash.
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

async fn upgrade(upgrade: WebSocketUpgrade, drain: ShutdownHandle) -> Response {
    upgrade.on_upgrade(|socket| echo(socket, drain))
}

async fn echo(mut socket: WebSocket, drain: ShutdownHandle) {
    loop {
        let message = tokio::select! {
            () = drain.draining() => break,
            message = socket.recv() => message,
        };
        match message {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            // Pings are answered for us.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return,
        }
    }
    // 1001, "going away": the client knows that it may connect again, and that it will reach
    // another server (RFC 6455, section 7.4.1).
    let goodbye = CloseFrame { code: close_code::AWAY, reason: "shutting down".into() };
    if socket.send(Message::Close(Some(goodbye))).await.is_ok() {
        // What was on its way to us is read until the client's own goodbye. The deadline bounds it.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    // Before the listener is bound, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = TcpListener::bind(address).await?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let app = Router::new().route("/", any(upgrade));
    let report = lastorders::serve(listener, app).signals(signals).await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}
