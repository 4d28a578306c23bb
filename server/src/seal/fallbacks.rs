use tokio::net::TcpListener;

use super::{SealContext, SealMethod, accept_until_empty};

/// Closes a TCP listener in the best way that is possible, from the door's first method downwards.
pub(crate) async fn tcp(listener: TcpListener, context: SealContext<TcpListener>) -> SealMethod {
    #[cfg(target_os = "linux")]
    let listener = match super::linux::descend(listener, &context).await {
        Ok(method) => return method,
        Err(listener) => listener,
    };
    drop(accept_until_empty::last_of(listener, &context).await);
    SealMethod::AcceptUntilEmpty
}
