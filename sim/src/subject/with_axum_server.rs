use axum_server::{Handle, Server};

use super::listener::{ForAxumServer, SimAddress, SimListener};
use super::with_axum::{release, terminated};
use super::{Exit, Parts};

/// As axum-server's example `graceful_shutdown` has it.
pub(super) async fn serve<L: SimListener>(parts: Parts<L>) -> Exit {
    let Parts { listener, signals, policy, drain, app, resources, .. } = parts;
    let handle = Handle::new();
    let stop = handle.clone();
    tokio::spawn(async move {
        terminated(signals, drain).await;
        stop.graceful_shutdown(Some(policy.deadline));
    });
    let mut server = Server::<SimAddress<L>>::from_listener(ForAxumServer::new(listener));
    server.http_builder().http1().auto_date_header(false);
    server.http_builder().http2().auto_date_header(false);
    let served = server.handle(handle).serve(app.into_make_service()).await;
    release(resources).await;
    Exit { code: i32::from(served.is_err()), ..Exit::clean() }
}
