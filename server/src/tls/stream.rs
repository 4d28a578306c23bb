use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, server};

use crate::clock::Sleep;

/// A connection that speaks TLS. Reads and writes drive its handshake.
pub struct TlsStream<I> {
    state: State<I>,
}

/// Both states are boxed. A session takes about 1 kB, and every connection is moved several times
/// before it is served.
enum State<I> {
    Handshaking { accept: Box<Accept<I>>, timeout: Duration, until: Sleep },
    Open(Box<server::TlsStream<I>>),
    Gone,
}

impl<I> TlsStream<I> {
    pub(super) fn new(accept: Accept<I>, timeout: Duration, until: Sleep) -> Self {
        Self { state: State::Handshaking { accept: Box::new(accept), timeout, until } }
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> TlsStream<I> {
    /// Returns the session, once the handshake has finished.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut server::TlsStream<I>>> {
        if let State::Handshaking { accept, timeout, until } = &mut self.state {
            // The handshake is polled first, so a handshake that finishes at the timeout is in
            // time.
            let ended = match Pin::new(accept).poll(cx) {
                Poll::Ready(ended) => ended,
                Poll::Pending => {
                    ready!(until.as_mut().poll(cx));
                    Err(timed_out(*timeout))
                }
            };
            self.state = match ended {
                Ok(session) => State::Open(Box::new(session)),
                Err(error) => {
                    self.state = State::Gone;
                    return Poll::Ready(Err(error));
                }
            };
        }
        Poll::Ready(match &mut self.state {
            State::Open(session) => Ok(session),
            State::Handshaking { .. } | State::Gone => Err(io::ErrorKind::NotConnected.into()),
        })
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(ready!(self.poll_open(cx))?).poll_read(cx, buf)
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.poll_open(cx))?).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.poll_open(cx))?).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Open(session) => Pin::new(session).poll_flush(cx),
            // No data has been written yet, and the handshake flushes its own output.
            State::Handshaking { .. } | State::Gone => Poll::Ready(Ok(())),
        }
    }

    /// Sends `close_notify`, if the handshake has finished, and shuts the write side. Reading
    /// continues.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Open(session) => return Pin::new(session).poll_shutdown(cx),
            State::Handshaking { accept, .. } => {
                if let Some(io) = accept.get_mut() {
                    ready!(Pin::new(io).poll_shutdown(cx))?;
                }
            }
            State::Gone => {}
        }
        self.state = State::Gone;
        Poll::Ready(Ok(()))
    }
}

impl<I> fmt::Debug for TlsStream<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Handshaking { .. } => "handshaking",
            State::Open(_) => "open",
            State::Gone => "gone",
        };
        f.debug_struct("TlsStream").field("state", &state).finish()
    }
}

fn timed_out(timeout: Duration) -> io::Error {
    let message = format!("the TLS handshake did not finish within {timeout:?}");
    io::Error::new(io::ErrorKind::TimedOut, message)
}
