use std::future::Future;
use std::mem;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::BoxError;
use super::http::Http;
use super::io::Watched;
use crate::clock::Sleep;
use crate::injected::{InjectedBug, injected};
use crate::state::Conn;

/// What a client that speaks HTTP/2 says first: RFC 9113, section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How much is read before hyper is there: most heads fit, so that there is no second read.
const FIRST_READ: usize = 2048;

/// A connection, and whoever speaks on it.
///
/// hyper holds buffers of 16 KiB for each connection and 2 KiB of state. So it is only there once
/// something was said, and no longer when nothing was said for a while.
pub(super) enum ConnIo<I, G: HttpService<Incoming>> {
    Quiet(Quiet<I, G>),
    Http1(Http1<I, G>),
    #[cfg(feature = "http2")]
    Http2(Pin<Box<Http2<I, G>>>),
    /// Our side is being shut.
    Closing(Watched<I>),
    Gone,
}

/// A connection on which nothing has been said, or nothing since its last answer.
pub(super) struct Quiet<I, G> {
    io: Watched<I>,
    gate: G,
    /// The beginning of an HTTP/2 preface.
    said: BytesMut,
    timeout: Option<Sleep>,
}

/// A connection on which HTTP/1 is spoken.
pub(super) struct Http1<I, G: HttpService<Incoming>> {
    hyper: Box<http1::UpgradeableConnection<TokioIo<Watched<I>>, G>>,
    conn: Unparked,
}

#[cfg(feature = "http2")]
type Http2<I, G> =
    hyper::server::conn::http2::Connection<TokioIo<Watched<I>>, G, hyper_util::rt::TokioExecutor>;

impl<I, G, B> ConnIo<I, G>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    G: HttpService<Incoming, ResBody = B, Error = BoxError>,
    G::Future: Send + 'static,
    B: Body<Data = Bytes, Error = BoxError> + Send + 'static,
{
    pub(super) fn new(io: Watched<I>, gate: G, http: &Http) -> Self {
        let clock = io.conn().shared().clock();
        let timeout = http.header_read_timeout.map(|timeout| clock.sleep(timeout));
        Self::Quiet(Quiet { io, gate, said: BytesMut::new(), timeout })
    }

    /// Goes on until everything there is to do waits; ready when the connection has ended.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, http: &Http) -> Poll<()> {
        loop {
            let ended = match self {
                Self::Quiet(quiet) => {
                    let first = ready!(quiet.poll(cx));
                    self.begin(first, http);
                    continue;
                }
                Self::Http1(line) => ready!(Pin::new(&mut *line.hyper).poll(cx)),
                #[cfg(feature = "http2")]
                Self::Http2(line) => ready!(line.as_mut().poll(cx)),
                Self::Closing(io) => {
                    let shut = ready!(Pin::new(io).poll_shutdown(cx));
                    *self = Self::Gone;
                    // A peer that is gone already is closed, too.
                    drop(shut);
                    return Poll::Ready(());
                }
                Self::Gone => return Poll::Ready(()),
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "connection failed");
            }
            return Poll::Ready(());
        }
    }

    /// Says goodbye, where the protocol has a word for it.
    pub(super) fn say_goodbye(&mut self) {
        match self {
            #[cfg(feature = "http2")]
            Self::Http2(line) => line.as_mut().graceful_shutdown(),
            Self::Quiet(_) | Self::Http1(_) | Self::Closing(_) | Self::Gone => {}
        }
    }

    /// Closes a connection with nothing in flight, unless hyper holds the beginning of a request.
    pub(super) fn close(&mut self, http: &Http) {
        self.rest(http);
        *self = match mem::replace(self, Self::Gone) {
            Self::Quiet(mut quiet) if injected(InjectedBug::ExecutedAfterFin) => {
                quiet.io.conn().close();
                let mut cx = Context::from_waker(Waker::noop());
                let _ = Pin::new(&mut quiet.io).poll_shutdown(&mut cx);
                Self::Quiet(quiet)
            }
            Self::Quiet(Quiet { io, .. }) => {
                io.conn().close();
                Self::Closing(io)
            }
            // It is closing, and the peer is in the way: then it is closed as any other is.
            Self::Closing(io) => {
                io.conn().close();
                Self::Closing(io)
            }
            Self::Http1(mut line) if line.conn.is_bodied() => {
                line.conn.close();
                Pin::new(&mut *line.hyper).graceful_shutdown();
                Self::Http1(line)
            }
            other => other,
        };
    }

    /// Gives up what a connection with nothing in flight does not need. hyper keeps one whose last
    /// request was answered before the end of its body: what is left of that must not be taken for
    /// a request.
    pub(super) fn rest(&mut self, http: &Http) {
        *self = match mem::replace(self, Self::Gone) {
            Self::Http1(line) if !line.conn.is_bodied() => {
                let Some(parts) = line.hyper.into_parts() else { return };
                let mut io = parts.io.into_inner();
                io.keep(parts.read_buf);
                if io.has_kept() {
                    io.conn().found_unclaimed();
                    Self::http1(io, parts.service, http)
                } else {
                    Self::new(io, parts.service, http)
                }
            }
            other => other,
        };
    }

    /// The first word has been said.
    fn begin(&mut self, first: First, http: &Http) {
        let Self::Quiet(Quiet { io, gate, .. }) = mem::replace(self, Self::Gone) else { return };
        *self = match first {
            First::Http1 => Self::http1(io, gate, http),
            #[cfg(feature = "http2")]
            First::Http2 => {
                io.conn().speaks_http2();
                Self::Http2(Box::pin(http.http2.serve_connection(TokioIo::new(io), gate)))
            }
            First::End => Self::Closing(io),
        };
    }

    fn http1(io: Watched<I>, gate: G, http: &Http) -> Self {
        let conn = Unparked::new(io.conn());
        let hyper = http.http1(io.conn()).serve_connection(TokioIo::new(io), gate).with_upgrades();
        Self::Http1(Http1 { hyper: Box::new(hyper), conn })
    }
}

/// What comes first.
enum First {
    Http1,
    #[cfg(feature = "http2")]
    Http2,
    /// Nothing: the peer has closed, has failed, or takes too long.
    End,
}

impl<I: AsyncRead + Unpin, G> Quiet<I, G> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<First> {
        let fresh = !self.io.conn().is_seen() || !self.said.is_empty();
        loop {
            // On the stack, so that a connection on which nothing is said holds none.
            let mut space = [const { MaybeUninit::uninit() }; FIRST_READ];
            let mut read = ReadBuf::uninit(&mut space);
            match Pin::new(&mut self.io).poll_read(cx, &mut read) {
                Poll::Pending => return self.poll_timeout(cx),
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {}
                Poll::Ready(Ok(()) | Err(_)) => return Poll::Ready(First::End),
            }
            self.said.extend_from_slice(read.filled());
            if !fresh || !cfg!(feature = "http2") {
                return Poll::Ready(self.settle(First::Http1));
            }
            let known = self.said.len().min(PREFACE.len());
            if self.said[..known] != PREFACE[..known] {
                return Poll::Ready(self.settle(First::Http1));
            }
            #[cfg(feature = "http2")]
            if known == PREFACE.len() {
                return Poll::Ready(self.settle(First::Http2));
            }
            self.io.conn().found_unclaimed();
        }
    }

    fn settle(&mut self, first: First) -> First {
        self.io.keep(mem::take(&mut self.said).freeze());
        first
    }

    fn poll_timeout(&mut self, cx: &mut Context<'_>) -> Poll<First> {
        match &mut self.timeout {
            Some(timeout) => timeout.as_mut().poll(cx).map(|()| First::End),
            None => Poll::Pending,
        }
    }
}

/// A connection that could be parked, and is counted.
struct Unparked(Arc<Conn>);

impl Unparked {
    fn new(conn: &Arc<Conn>) -> Self {
        let shared = conn.shared();
        if shared.buffers.enter() {
            shared.driver.notify_one();
        }
        Self(Arc::clone(conn))
    }
}

impl Deref for Unparked {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl Drop for Unparked {
    fn drop(&mut self) {
        self.0.shared().buffers.leave();
    }
}
