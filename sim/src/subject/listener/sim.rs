use std::future::Future;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};

/// A listener of a simulated network. Dropping it closes it, with whatever waits in its queue.
pub trait SimListener: Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection. Cancel safe.
    ///
    /// # Errors
    ///
    /// When the network says so.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>> + Send;

    /// The address it is bound to.
    ///
    /// # Errors
    ///
    /// When the network does not say.
    fn local_addr(&self) -> io::Result<SocketAddr>;

    /// It is about to be closed, in whatever way. For the record.
    fn seal_begins(&mut self) {}

    /// From here on no handshake begins: a SYN is dropped without a word. Those under way go on.
    fn filter_syn(&mut self);
}
