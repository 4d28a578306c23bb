use std::pin::pin;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;

use super::with_axum::{release, terminated};
use super::{Exit, Parts, SimListener};

/// Runs like hyper-util's example `server_graceful`, whose caller has the deadline.
pub(super) async fn serve<L: SimListener>(parts: Parts<L>) -> Exit {
    let Parts { mut listener, signals, policy, drain, app, resources, .. } = parts;
    let mut server = Builder::new(TokioExecutor::new());
    server.http1().auto_date_header(false);
    server.http2().auto_date_header(false);
    let graceful = GracefulShutdown::new();
    let mut terminated = pin!(terminated(signals, drain));
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
                    // An error of a connection is its client's concern.
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
        () = tokio::time::sleep(policy.deadline) => {}
    }
    release(resources).await;
    Exit::clean()
}
