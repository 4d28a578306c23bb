use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::host_map::{Conn, HostMap};
use super::process::Opened;
use super::sim_context::SimContext;
use super::sim_event::SimEvent;
use crate::engine::Net;
use crate::trace::{self, Kind};

/// The server's side of a connection. It yields at times, and records its use. It is closed when it
/// is dropped or when the process ends.
///
/// The stream marks the task that uses it. A service is called by the task that reads the
/// connection, or by a task which that task spawned, as for a stream of HTTP/2.
pub(crate) struct Stream<N: Net> {
    /// `None` once the process has ended.
    slot: Arc<Mutex<Option<N::Stream>>>,
    sim: Arc<SimContext<N>>,
    conn: Conn,
    opened: Opened,
    shut: bool,
    /// Whether the last poll yielded, so that the next one must not.
    yielded: bool,
    /// Whether the last read was the one that yielded.
    blind: bool,
}

impl<N: Net> Stream<N> {
    pub(crate) fn new(sim: &Arc<SimContext<N>>, stream: N::Stream, conn: Conn) -> Self {
        let slot = Arc::new(Mutex::new(Some(stream)));
        let opened = sim.process.open({
            let slot = Arc::clone(&slot);
            move || drop(lock(&slot).take())
        });
        let sim = Arc::clone(sim);
        Self { slot, sim, conn, opened, shut: false, yielded: false, blind: false }
    }

    /// Whether to yield once here.
    fn yields(&mut self, cx: &Context<'_>) -> bool {
        self.sim.net.mark(self.conn.number);
        let often = self.sim.conditions.yields.io;
        if often == 0 {
            return false;
        }
        self.yielded = !self.yielded && self.sim.random.io_yields(often);
        if self.yielded {
            trace::record(HostMap::SERVER.0, Kind::Yield, self.conn.number, 0, 0);
            cx.waker().wake_by_ref();
        }
        self.yielded
    }

    /// Received bytes that the server has not read, as far as it could know of them.
    fn unread(&self, stream: &N::Stream) -> u64 {
        if self.blind || !N::SHOWS_KERNEL {
            return 0;
        }
        let (local, peer) = (self.sim.net.local_addr(stream), self.sim.net.peer_addr(stream));
        let sockets = self.sim.net.sockets(HostMap::SERVER);
        let ours = sockets.iter().find(|it| it.local == local && it.peer == Some(peer));
        ours.map_or(0, |socket| socket.unread as u64)
    }

    fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut N::Stream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.sim.net.mark(self.conn.number);
        match lock(&self.slot).as_mut() {
            Some(stream) => poll(Pin::new(stream), cx),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl<N: Net> AsyncRead for Stream<N> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.blind = self.yields(cx);
        if self.blind {
            return Poll::Pending;
        }
        self.poll(cx, |stream, cx| stream.poll_read(cx, buf))
    }
}

impl<N: Net> AsyncWrite for Stream<N> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.yields(cx) {
            return Poll::Pending;
        }
        self.poll(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = self.poll(cx, AsyncWrite::poll_shutdown);
        if matches!(done, Poll::Ready(Ok(()))) && !self.shut {
            self.shut = true;
            let unread = lock(&self.slot).as_ref().map_or(0, |stream| self.unread(stream));
            self.sim.inside(SimEvent::Shut { conn: Arc::clone(&self.conn.name), unread });
        }
        done
    }
}

impl<N: Net> Drop for Stream<N> {
    fn drop(&mut self) {
        self.sim.process.close(self.opened);
        let Some(stream) = lock(&self.slot).take() else { return };
        let unread = self.unread(&stream);
        trace::record(HostMap::SERVER.0, Kind::ConnectionDropped, self.conn.number, unread, 0);
        drop(stream);
        self.sim.inside(SimEvent::Dropped { conn: Arc::clone(&self.conn.name), unread });
    }
}

impl<N: Net> fmt::Debug for Stream<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("conn", &self.conn.name).finish_non_exhaustive()
    }
}

fn lock<S>(slot: &Mutex<Option<S>>) -> MutexGuard<'_, Option<S>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
