use std::os::fd::AsFd;

use tokio::net::TcpListener;

use super::handshakes::Handshakes;
use super::skipped::{Skipped, Step};
use super::{grace, program, sys};
use crate::listener::SealContext;
use crate::seal::accept_queued;

/// Attaches the filter: from now on no connection begins. On failure nothing has changed.
pub(super) fn attach(listener: impl AsFd) -> Result<(), Skipped> {
    sys::attach_filter(listener, &program::drop_new()).step("attach a filter (CAP_NET_ADMIN)")
}

/// Waits for the handshakes that have begun, then closes the listener.
pub(super) async fn close(
    mut listener: TcpListener,
    handshakes: Option<&Handshakes>,
    context: &SealContext<TcpListener>,
) {
    grace::wait(&mut listener, None, handshakes, context).await;
    if let Ok(listener) = accept_queued::tcp(listener, context).await {
        // Another process may hold this socket without our knowledge, so the filter must not stay.
        // A SYN in the microsecond between the two calls begins a handshake that the close resets.
        let _ = sys::detach_filter(&listener);
        drop(listener);
    }
}
