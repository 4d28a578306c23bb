use tokio::net::TcpListener;

use super::{Door, Rung, accept_until_empty};

/// Closes a TCP listener in the best way that is possible, from the door's first rung downwards.
pub(crate) async fn tcp(listener: TcpListener, door: Door<TcpListener>) -> Rung {
    #[cfg(target_os = "linux")]
    let listener = match super::linux::descend(listener, &door).await {
        Ok(rung) => return rung,
        Err(listener) => listener,
    };
    drop(accept_until_empty::last_of(listener, &door));
    Rung::AcceptUntilEmpty
}
