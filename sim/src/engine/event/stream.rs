use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::core;

/// A connection of the engine `event`.
#[derive(Debug)]
pub struct Stream {
    run: u64,
    pub(super) place: usize,
}

/// A listener of the engine `event`.
#[derive(Debug)]
pub struct Listener {
    run: u64,
    pub(super) place: usize,
}

impl Stream {
    pub(super) fn new(run: u64, place: usize) -> Self {
        Self { run, place }
    }

    /// Closes the connection with a reset.
    pub(super) fn reset(self) {
        core::with_run(self.run, |core| core.reset_connection(self.place));
        std::mem::forget(self);
    }
}

impl Listener {
    pub(super) fn new(run: u64, place: usize) -> Self {
        Self { run, place }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        core::with(|core| core.poll_read(self.place, cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        core::with(|core| core.poll_write(self.place, cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        core::with(|core| core.poll_shutdown(self.place, cx))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        core::with_run(self.run, |core| core.drop_connection(self.place));
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        core::with_run(self.run, |core| core.drop_listener(self.place));
    }
}
