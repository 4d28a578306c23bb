//! The wrapper that makes the bug `wrong-goaway`.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lastorders::{Listener, SealContext, SealMethod};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The first bytes of an HTTP/2 client (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// The length of a frame's head: length, type, flags and stream (RFC 9113, section 4.1).
const FRAME_HEAD: usize = 9;

/// The type of a GOAWAY frame (RFC 9113, section 6.8).
const GOAWAY: u8 = 7;

/// A listener whose connections have the bug.
#[derive(Debug)]
pub(crate) struct WrongGoaway<L>(L);

impl<L> WrongGoaway<L> {
    pub(crate) fn new(listener: L) -> Self {
        Self(listener)
    }
}

impl<L: Listener<Addr = SocketAddr>> Listener for WrongGoaway<L> {
    type Io = Rewritten<L::Io>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> io::Result<(Self::Io, SocketAddr)> {
        let (io, peer) = self.0.accept().await?;
        Ok((Rewritten::new(io), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        self.0.seal(context.inner(|io, peer| (Rewritten::new(io), peer))).await
    }
}

/// A connection whose GOAWAY frames are rewritten.
#[derive(Debug)]
pub(crate) struct Rewritten<I> {
    io: I,
    /// The client's first bytes, at most as many as [`PREFACE`] has.
    received: Vec<u8>,
    frames: Frames,
}

impl<I> Rewritten<I> {
    fn new(io: I) -> Self {
        Self { io, received: Vec::new(), frames: Frames::default() }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Rewritten<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        let missing = PREFACE.len() - self.received.len();
        self.received.extend(buf.filled()[before..].iter().take(missing));
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Rewritten<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.received != PREFACE {
            return Pin::new(&mut self.io).poll_write(cx, buf);
        }
        let mut bytes = buf.to_vec();
        self.frames.clone().rewrite(&mut bytes);
        let written = ready!(Pin::new(&mut self.io).poll_write(cx, &bytes))?;
        // The caller writes the rest again, so only the bytes that were written count.
        self.frames.rewrite(&mut bytes[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// The position within the current frame after the bytes written so far.
#[derive(Clone, Debug, Default)]
struct Frames {
    head: Vec<u8>,
    /// The number of bytes of the frame's body written so far.
    body: usize,
}

impl Frames {
    /// Sets the id of the last stream to 0 in every GOAWAY.
    fn rewrite(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.head.len() < FRAME_HEAD {
                self.head.push(*byte);
            } else {
                // The body begins with the id, whose first bit is reserved.
                if self.head[3] == GOAWAY && self.body < 4 {
                    *byte = 0;
                }
                self.body += 1;
            }
            if self.head.len() == FRAME_HEAD && self.body == self.length() {
                *self = Self::default();
            }
        }
    }

    fn length(&self) -> usize {
        self.head[..3].iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goaway_id_is_rewritten_wherever_a_write_is_cut() {
        let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        let goaway = |id| [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, id, 0, 0, 0, 1];
        let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        let all = |id| [&settings[..], &goaway(id), &ping, &goaway(id)].concat();
        for cut in 0..all(5).len() {
            let mut bytes = all(5);
            let mut frames = Frames::default();
            let (first, second) = bytes.split_at_mut(cut);
            frames.rewrite(first);
            frames.rewrite(second);
            assert_eq!(bytes, all(0), "cut at {cut}");
        }
    }
}
