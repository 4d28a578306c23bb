use std::marker::PhantomData;
use std::net::SocketAddr;
use std::{fmt, io};

use axum_server::{AddrListener, Address, Handle, Server};
use tokio::sync::Mutex;

use super::with_axum::{release, terminated};
use super::{Exit, Parts, SimListener};

/// Runs like axum-server's example `graceful_shutdown`.
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

/// The listener for the crate `axum-server`. Its `accept` takes a shared reference, so a mutex
/// gives exclusive access. No other task locks the mutex.
#[derive(Debug)]
struct ForAxumServer<L> {
    listener: Mutex<L>,
    address: io::Result<SocketAddr>,
}

impl<L: SimListener> ForAxumServer<L> {
    fn new(listener: L) -> Self {
        let address = listener.local_addr();
        Self { listener: Mutex::new(listener), address }
    }
}

/// An address in the simulated network. axum-server finds the listener's type by the address's
/// type.
struct SimAddress<L> {
    address: SocketAddr,
    listener: PhantomData<fn() -> L>,
}

impl<L> SimAddress<L> {
    fn new(address: SocketAddr) -> Self {
        Self { address, listener: PhantomData }
    }
}

impl<L> Clone for SimAddress<L> {
    fn clone(&self) -> Self {
        Self::new(self.address)
    }
}

impl<L> fmt::Debug for SimAddress<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl<L: SimListener> Address for SimAddress<L> {
    type Stream = L::Io;
    type Listener = ForAxumServer<L>;
}

impl<L: SimListener> AddrListener<L::Io, SimAddress<L>> for ForAxumServer<L> {
    async fn bind_to(_: SimAddress<L>) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the world binds the listener"))
    }

    async fn accept_stream(&self) -> io::Result<(L::Io, SimAddress<L>)> {
        let (io, peer) = self.listener.lock().await.accept().await?;
        Ok((io, SimAddress::new(peer)))
    }

    fn get_local_addr(&self) -> io::Result<SimAddress<L>> {
        match &self.address {
            Ok(address) => Ok(SimAddress::new(*address)),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }
}
