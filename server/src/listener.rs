//! Where connections come from.

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
    /// Must be cancel safe: the future is dropped whenever something else happens first.
    ///
    /// # Errors
    ///
    /// An error does not end the serving. One that concerns a single connection (`ECONNABORTED` and
    /// its like) is passed over; after any other (`EMFILE`) the server waits a moment on its clock
    /// before it accepts again.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, Self::Addr)>> + Send;

    /// The address it is bound to.
    ///
    /// # Errors
    ///
    /// When the operating system does not say.
    fn local_addr(&self) -> io::Result<Self::Addr>;

    /// Closes the listener without losing connections that already wait in it: hands each to the
    /// door, and says how it was done. The provided one accepts until nothing waits.
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
        // Answers are written whole; Nagle's algorithm would only hold the end of a streamed one
        // back.
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

/// Errors of a connection that was gone before it could be accepted: the next one may be fine.
pub(crate) fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
