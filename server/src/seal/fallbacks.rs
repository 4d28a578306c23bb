use tokio::net::TcpListener;

use super::{SealContext, SealMethod, accept_until_empty};

/// Closes a TCP listener by the best possible method, beginning at [`SealContext::first_method`].
pub(crate) async fn tcp(listener: TcpListener, context: SealContext<TcpListener>) -> SealMethod {
    #[cfg(target_os = "linux")]
    let listener = match super::linux::try_methods(listener, &context).await {
        Ok(method) => return method,
        Err(listener) => listener,
    };
    drop(accept_until_empty::accept_queued(listener, &context).await);
    SealMethod::AcceptUntilEmpty
}
