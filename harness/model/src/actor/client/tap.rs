use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::history::End;

/// A stream that an HTTP library borrows, with notes on its reads and writes. The client can take
/// the stream back, which ends the library's connection.
#[derive(Debug)]
pub(super) struct Tap<S>(Arc<Mutex<Tapped<S>>>);

#[derive(Debug)]
struct Tapped<S> {
    stream: Option<S>,
    ended: Option<End>,
    written: u64,
    blocked: bool,
}

impl<S> Clone for Tap<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> Tap<S> {
    pub(super) fn new(stream: S) -> Self {
        let stream = Some(stream);
        Self(Arc::new(Mutex::new(Tapped { stream, ended: None, written: 0, blocked: false })))
    }

    /// How the server ended the stream, if it has.
    pub(super) fn ended(&self) -> Option<End> {
        self.lock().ended
    }

    /// The number of bytes that were written to the stream.
    pub(super) fn written(&self) -> u64 {
        self.lock().written
    }

    /// Whether the last write or flush is waiting for room.
    pub(super) fn is_blocked(&self) -> bool {
        self.lock().blocked
    }

    pub(super) fn take_back(&self) -> Option<S> {
        self.lock().stream.take()
    }

    fn lock(&self) -> MutexGuard<'_, Tapped<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Unpin> Tapped<S> {
    fn stream(&mut self) -> io::Result<Pin<&mut S>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Notes the result of a write or a flush.
    fn wrote<T>(&mut self, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.blocked = polled.is_pending();
        if let Poll::Ready(Err(_)) = polled {
            self.ended.get_or_insert(End::Reset);
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut tapped = self.lock();
        let before = buf.filled().len();
        let polled = tapped.stream()?.poll_read(cx, buf);
        let end = match &polled {
            Poll::Ready(Ok(())) if buf.filled().len() == before && buf.remaining() > 0 => End::Fin,
            Poll::Ready(Err(_)) => End::Reset,
            Poll::Ready(Ok(())) | Poll::Pending => return polled,
        };
        tapped.ended.get_or_insert(end);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut tapped = self.lock();
        let polled = tapped.stream()?.poll_write(cx, buf);
        if let Poll::Ready(Ok(n)) = &polled {
            tapped.written += *n as u64;
        }
        tapped.wrote(polled)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut tapped = self.lock();
        let polled = tapped.stream()?.poll_flush(cx);
        tapped.wrote(polled)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut tapped = self.lock();
        tapped.stream()?.poll_shutdown(cx)
    }
}
