use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use super::options::DEADLINE;

/// Follows hyper-util's example `server_graceful`.
pub(super) async fn serve(
    terminated: impl Future<Output = ()>,
    listener: TcpListener,
    app: Router,
) -> io::Result<u8> {
    let server = Builder::new(TokioExecutor::new());
    let graceful = GracefulShutdown::new();
    let mut terminated = pin!(terminated);
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                };
                let service = TowerToHyperService::new(app.clone());
                let connection = server
                    .serve_connection_with_upgrades(TokioIo::new(Box::pin(stream)), service);
                let connection = graceful.watch(connection.into_owned());
                tokio::spawn(async move {
                    // A connection's error concerns its client only.
                    let _ = connection.await;
                });
            }
            () = terminated.as_mut() => {
                drop(listener);
                break;
            }
        }
    }
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DEADLINE) => {}
    }
    Ok(0)
}
