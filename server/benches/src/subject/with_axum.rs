use std::io;

use axum::Router;
use axum_server::Handle;
use tokio::net::TcpListener;

use super::options::DEADLINE;

/// Follows axum's example `graceful-shutdown`, which has no deadline. axum copies the router for
/// every connection.
pub(super) async fn serve(
    terminated: impl Future<Output = ()> + Send + 'static,
    listener: TcpListener,
    app: Router,
) -> io::Result<u8> {
    axum::serve(listener, app).with_graceful_shutdown(terminated).await?;
    Ok(0)
}

/// Follows axum-server's example `graceful_shutdown`.
pub(super) async fn serve_by_axum_server(
    terminated: impl Future<Output = ()> + Send + 'static,
    listener: TcpListener,
    app: Router,
) -> io::Result<u8> {
    let handle = Handle::new();
    let stop = handle.clone();
    tokio::spawn(async move {
        terminated.await;
        stop.graceful_shutdown(Some(DEADLINE));
    });
    let server = axum_server::from_tcp(listener.into_std()?)?;
    server.handle(handle).serve(app.into_make_service()).await?;
    Ok(0)
}
