use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::HookedConn;
use crate::buggify::{Site, buggify};
use crate::drain::{ConnInput, ConnectionClass, ShutdownFlags};
use crate::injected::{InjectedBug, injected};
use crate::listener::{Listener, SealContext, SealMethod};

/// The hook around the reads of one connection.
#[derive(Debug, Default)]
pub(crate) struct ReadHook {
    /// Whether the first read has been late, or in time.
    has_read: bool,
}

impl ReadHook {
    pub(crate) fn poll_read<I: AsyncRead + AsyncWrite, C: HookedConn>(
        &mut self,
        mut io: Pin<&mut I>,
        conn: &C,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if injected(InjectedBug::IdleClosedUnread) && is_to_close(conn) {
            return Poll::Pending;
        }
        if injected(InjectedBug::ExecutedAfterFin) && is_to_close(conn) {
            let mut now = Context::from_waker(Waker::noop());
            let _ = io.as_mut().poll_shutdown(&mut now);
            conn.handle(ConnInput::WriteShut);
        }
        // Once at most: a read that finds nothing twice says that nothing has arrived.
        if !mem::replace(&mut self.has_read, true) && buggify(Site::FirstTurn) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if !buggify(Site::ShortRead) {
            return io.poll_read(cx, buf);
        }
        let mut space = [0; 1];
        let mut one = ReadBuf::new(&mut space[..buf.remaining().min(1)]);
        ready!(io.poll_read(cx, &mut one))?;
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

/// Whether the shutdown is about to close this connection as idle.
fn is_to_close(conn: &impl HookedConn) -> bool {
    conn.flags().has(ShutdownFlags::CLOSE_IDLE) && conn.class() == Some(ConnectionClass::Idle)
}

pub(crate) fn poll_write<I: AsyncWrite>(
    io: Pin<&mut I>,
    cx: &mut Context<'_>,
    buf: &[u8],
) -> Poll<io::Result<usize>> {
    let buf = if buggify(Site::ShortWrite) { &buf[..buf.len().min(1)] } else { buf };
    io.poll_write(cx, buf)
}

pub(crate) fn poll_write_vectored<I: AsyncWrite>(
    io: Pin<&mut I>,
    cx: &mut Context<'_>,
    bufs: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    if buggify(Site::ShortWrite) {
        let first = bufs.iter().find(|buf| !buf.is_empty());
        return io.poll_write(cx, first.map_or(&[], |buf| &buf[..1]));
    }
    io.poll_write_vectored(cx, bufs)
}

pub(crate) async fn seal<L: Listener>(listener: L, context: SealContext<L>) -> SealMethod {
    if injected(InjectedBug::ListenerDropped) {
        drop(listener);
        return SealMethod::AcceptUntilEmpty;
    }
    listener.seal(context).await
}
