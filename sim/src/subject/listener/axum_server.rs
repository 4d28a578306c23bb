use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::net::SocketAddr;

use axum_server::{AddrListener, Address};
use tokio::sync::Mutex;

use super::SimListener;

/// For the crate `axum-server`. Its `accept` takes the listener by reference, so a mutex, which
/// nobody else ever locks, makes it unique again.
#[derive(Debug)]
pub struct ForAxumServer<L> {
    listener: Mutex<L>,
    address: io::Result<SocketAddr>,
}

impl<L: SimListener> ForAxumServer<L> {
    pub(in crate::subject) fn new(listener: L) -> Self {
        let address = listener.local_addr();
        Self { listener: Mutex::new(listener), address }
    }
}

/// An address in the simulated network, by which axum-server knows the listener's type.
pub struct SimAddress<L> {
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
