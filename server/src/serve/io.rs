use std::io;
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::clock::Sleep;
use crate::drain::{ConnInput, ShutdownFlags};
use crate::hooks;
use crate::state::Conn;

/// The most bytes that the server reads and discards after its FIN. Then it closes the connection
/// in any case.
const LINGER_BYTES: usize = 8 << 20;

/// The socket of a connection, which reports reads and flushes to the connection's machine, and
/// closes without a reset.
///
/// The connection counts as open until this value is dropped, by hyper or, after an upgrade, by the
/// application.
pub(super) struct WatchedIo<I> {
    io: I,
    conn: Arc<Conn>,
    hook: hooks::ReadHook,
    /// Bytes that were given back. The next reads return them.
    kept: Bytes,
    closing: Closing,
}

/// How far the close has come. `Lingering`: the server has sent its FIN, and reads on for `left`
/// bytes and until `until` at most.
enum Closing {
    Open,
    Lingering { left: usize, until: Sleep },
    Shut,
}

impl<I> WatchedIo<I> {
    pub(super) fn new(io: I, conn: Arc<Conn>) -> Self {
        Self { io, conn, hook: Default::default(), kept: Bytes::new(), closing: Closing::Open }
    }

    /// Gives back bytes that were read. They are read again before any others.
    pub(super) fn keep(&mut self, bytes: Bytes) {
        self.kept = if self.kept.is_empty() {
            bytes
        } else {
            // The bytes kept until now arrived after these.
            [bytes, mem::take(&mut self.kept)].concat().into()
        };
    }

    #[cold]
    fn read_kept(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.kept.len().min(buf.remaining());
        buf.put_slice(&self.kept[..length]);
        self.kept.advance(length);
    }

    pub(super) fn has_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }
}

impl<I> Drop for WatchedIo<I> {
    fn drop(&mut self) {
        self.conn.handle(ConnInput::Gone);
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for WatchedIo<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.kept.is_empty() {
            self.read_kept(buf);
            return Poll::Ready(Ok(()));
        }
        if let Some(upgrade) = self.conn.upgrade() {
            upgrade.reader.register(cx.waker());
            cut_if_aborted(&self.conn)?;
        }
        let before = buf.remaining();
        let Self { io, conn, hook, .. } = &mut *self;
        ready!(hook.poll_read(Pin::new(io), conn, cx, buf))?;
        if buf.remaining() < before {
            self.conn.bytes_read();
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WatchedIo<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.before_write(cx)?;
        hooks::poll_write(Pin::new(&mut self.io), cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.before_write(cx)?;
        hooks::poll_write_vectored(Pin::new(&mut self.io), cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.conn.flushed();
        Poll::Ready(Ok(()))
    }

    /// Closes without a reset: sends FIN, then reads and discards input. A close with unread input
    /// would send a reset, and a reset may destroy the response before the peer has read it.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.conn.upgrade().is_some() {
            // After an upgrade the application may close its write side and continue to read.
            return Pin::new(&mut self.io).poll_shutdown(cx);
        }
        if matches!(self.closing, Closing::Open) {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            self.closing = self.after_fin();
            self.conn.handle(ConnInput::WriteShut);
        }
        ready!(self.poll_linger(cx));
        self.closing = Closing::Shut;
        Poll::Ready(Ok(()))
    }
}

impl<I> WatchedIo<I> {
    fn before_write(&self, cx: &Context<'_>) -> io::Result<()> {
        if let Some(upgrade) = self.conn.upgrade() {
            upgrade.writer.register(cx.waker());
            return cut_if_aborted(&self.conn);
        }
        Ok(())
    }

    /// The state of the close after the server has sent its FIN.
    fn after_fin(&self) -> Closing {
        if !self.conn.lingers() {
            return Closing::Shut;
        }
        let server = self.conn.server();
        let linger = server.machine().policy().linger;
        Closing::Lingering { left: LINGER_BYTES, until: server.clock().sleep(linger) }
    }
}

impl<I: AsyncRead + Unpin> WatchedIo<I> {
    /// Reads and discards. Ready when the peer has closed too, or at a limit.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Closing::Lingering { left, until } = &mut self.closing else {
            return Poll::Ready(());
        };
        // The buffer is not cleared first, because that would take longer than all the rest, and
        // the bytes are discarded.
        let mut space = [MaybeUninit::uninit(); 4096];
        while *left > 0 {
            let mut buf = ReadBuf::uninit(&mut space);
            match Pin::new(&mut self.io).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    *left = left.saturating_sub(buf.filled().len());
                }
                Poll::Ready(Ok(()) | Err(_)) => return Poll::Ready(()),
                Poll::Pending => return until.as_mut().poll(cx),
            }
        }
        Poll::Ready(())
    }
}

/// Fails the application's reads and writes on an upgraded connection once the deadline has passed.
fn cut_if_aborted(conn: &Conn) -> io::Result<()> {
    if conn.flags().has(ShutdownFlags::ABORT) {
        return Err(io::Error::new(
            io::ErrorKind::ConnectionAborted,
            "cut by the server: the deadline of its shutdown has passed",
        ));
    }
    Ok(())
}
