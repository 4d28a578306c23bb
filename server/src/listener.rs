//! Sources of connections.

use std::fmt::Debug;
use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream, unix};

use crate::seal::{self, SealContext, SealMethod};
pub use crate::seal::{BeginAt, Handover, Shared};

/// A source of connections.
pub trait Listener: Sized + Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The address of a peer.
    type Addr: Debug + Send + 'static;

    /// Waits for the next connection.
    ///
    /// Must be cancel safe: the server drops the future whenever another event happens first.
    ///
    /// # Errors
    ///
    /// An error does not end the server. After an error of a single connection, such as
    /// `ECONNABORTED`, the server accepts again at once. After any other error, such as `EMFILE`,
    /// the server pauses on its clock before it accepts again.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, Self::Addr)>> + Send;

    /// The address that the listener is bound to.
    ///
    /// # Errors
    ///
    /// When the operating system does not report the address.
    fn local_addr(&self) -> io::Result<Self::Addr>;

    /// Closes the listener without losing queued connections: passes each one to
    /// [`SealContext::admit`], and returns the method that was used. The provided implementation
    /// accepts until the queue is empty.
    ///
    /// Dropping the future at the deadline must close the listener.
    fn seal(self, context: SealContext<Self>) -> impl Future<Output = SealMethod> + Send {
        seal::accept_until_empty(self, context)
    }
}

impl Listener for TcpListener {
    type Io = TcpStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> io::Result<(TcpStream, Self::Addr)> {
        let (stream, peer) = Self::accept(self).await?;
        // Disable Nagle's algorithm. Answers are written whole, so it would only delay the end of a
        // streamed one.
        let _ = stream.set_nodelay(true);
        Ok((stream, peer))
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        seal::tcp(self, context).await
    }
}

impl Listener for UnixListener {
    type Io = UnixStream;
    type Addr = unix::SocketAddr;

    async fn accept(&mut self) -> io::Result<(UnixStream, Self::Addr)> {
        Self::accept(self).await
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        seal::unix(self, &context).await
    }
}

/// Whether the error concerns one connection that ended before the accept. The next accept may
/// succeed.
pub(crate) fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
