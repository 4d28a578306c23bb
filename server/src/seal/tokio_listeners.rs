use std::io;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream, unix};

use super::accept_queued;
use crate::listener::{Listener, SealContext, SealMethod};

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
        tcp(self, context).await
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
        accept_queued::unix(self, &context).await
    }
}

/// Closes a TCP listener by the best possible method, beginning at [`SealContext::first_method`].
pub(super) async fn tcp(listener: TcpListener, context: SealContext<TcpListener>) -> SealMethod {
    #[cfg(target_os = "linux")]
    let listener = match super::linux::try_methods(listener, &context).await {
        Ok(method) => return method,
        Err(listener) => listener,
    };
    drop(accept_queued::tcp(listener, &context).await);
    SealMethod::AcceptUntilEmpty
}
