use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::{TcpListener, TcpStream};

use super::shared::Shared;
use crate::engine::Host;

/// The largest segment, in bytes: the payload of an Ethernet frame. turmoil sends a write of any
/// size as one segment.
const SEGMENT: usize = 1_460;

/// A connection of the engine `turmoil`. Only tasks of its host may use it.
#[derive(Debug)]
pub struct Stream {
    shared: Arc<Shared>,
    host: Host,
    tcp: Option<TcpStream>,
    pub(super) local: SocketAddr,
    pub(super) peer: SocketAddr,
}

/// A listener of the engine `turmoil`.
pub struct Listener {
    shared: Arc<Shared>,
    pub(super) host: Host,
    pub(super) tcp: Option<Arc<TcpListener>>,
}

impl Stream {
    pub(super) fn new(shared: Arc<Shared>, host: Host, tcp: TcpStream) -> io::Result<Self> {
        let (local, peer) = (tcp.local_addr()?, tcp.peer_addr()?);
        Ok(Self { shared, host, tcp: Some(tcp), local, peer })
    }

    fn tcp(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        if !self.shared.here(self.host) {
            self.shared.unsupported("a connection was used by a task of another host");
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(Pin::new(self.tcp.as_mut().expect("it is taken when it is dropped")))
    }
}

impl Listener {
    pub(super) fn new(shared: Arc<Shared>, host: Host, tcp: TcpListener) -> Self {
        Self { shared, host, tcp: Some(Arc::new(tcp)) }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("host", &self.host).finish_non_exhaustive()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.tcp()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.tcp()?.poll_write(cx, &buf[..buf.len().min(SEGMENT)])
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_shutdown(cx)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        close(&self.shared, self.host, self.tcp.take());
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        close(&self.shared, self.host, self.tcp.take());
    }
}

/// Drops a socket on its host, because turmoil looks for the socket there.
fn close<T: Send + 'static>(shared: &Arc<Shared>, host: Host, socket: T) {
    if shared.here(host) || !turmoil::in_simulation() {
        drop(socket);
    } else {
        drop(shared.spawn(host, async move { drop(socket) }));
    }
}
