use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::middleware::map_response;
use axum::serve::Listener;
use futures_util::{Stream, StreamExt};
use lastorders::{ShutdownHandle, Signal};

use super::date::{self, Dated};
use super::{Exit, Parts, Resource, SimListener};

/// Runs like axum's example `graceful-shutdown`, which has no deadline.
pub(super) async fn serve<L: SimListener>(parts: Parts<L>) -> Exit {
    let app = parts.app.layer(map_response(date::set));
    let terminated = terminated(parts.signals, parts.drain);
    let served =
        axum::serve(ForAxum::new(parts.listener), app).with_graceful_shutdown(terminated).await;
    release(parts.resources).await;
    Exit { code: i32::from(served.is_err()), ..Exit::clean() }
}

/// Waits for the first signal, then turns health off, like a user's flag. Signal handlers stay
/// installed, so a second signal does nothing.
pub(super) async fn terminated(
    mut signals: Pin<Box<dyn Stream<Item = Signal> + Send>>,
    drain: ShutdownHandle,
) {
    if signals.next().await.is_none() {
        pending::<()>().await;
    }
    drain.begin();
}

/// Releases the resources after the server has returned, one by one and without a bound, like users
/// of these servers.
pub(super) async fn release(resources: Vec<Resource>) {
    for resource in resources {
        (resource.release)().await;
    }
}

/// The listener for `axum::serve`.
#[derive(Debug)]
struct ForAxum<L>(L);

impl<L> ForAxum<L> {
    fn new(listener: L) -> Self {
        Self(listener)
    }
}

impl<L: SimListener> Listener for ForAxum<L> {
    type Io = Dated<L::Io>;
    type Addr = SocketAddr;

    /// Like axum's implementation for tokio's listener: errors of one connection are skipped. After
    /// any other error the listener rests for a second.
    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        loop {
            match self.0.accept().await {
                Ok((io, peer)) => return (Dated::new(io), peer),
                Err(error) => match error.kind() {
                    ConnectionAborted | ConnectionRefused | ConnectionReset => {}
                    _ => tokio::time::sleep(Duration::from_secs(1)).await,
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
