use std::os::fd::AsFd;

use tokio::net::TcpListener;

use super::handshakes::Handshakes;
use super::skipped::{Skipped, Step};
use super::{grace, program, sys};
use crate::seal::{SealContext, accept_until_empty};

/// From now on no connection begins. When this fails nothing has changed.
pub(super) fn attach(listener: impl AsFd) -> Result<(), Skipped> {
    sys::attach_filter(listener, &program::drop_new()).step("attach a filter (CAP_NET_ADMIN)")
}

/// Lets what has begun finish, and closes.
pub(super) async fn close(
    mut listener: TcpListener,
    handshakes: Option<&Handshakes>,
    context: &SealContext<TcpListener>,
) {
    grace::wait(&mut listener, None, handshakes, context).await;
    if let Ok(listener) = accept_until_empty::last_of(listener, context).await {
        // If others hold this socket without our knowledge, it must not be deaf for ever. The price
        // is the microsecond between this call and the next.
        let _ = sys::detach_filter(&listener);
        drop(listener);
    }
}
