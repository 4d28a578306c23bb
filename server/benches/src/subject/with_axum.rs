use std::io;

use axum::Router;
use tokio::net::TcpListener;

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
