use std::future::Future;
use std::mem;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::BoxError;
use super::http::Http;
use super::io::WatchedIo;
use crate::clock::Sleep;
use crate::drain::ConnInput;
use crate::state::Conn;

/// The first bytes of a client that speaks HTTP/2: RFC 9113, section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The most bytes of the first read, which happens before hyper has the connection. Most heads fit,
/// so that no second read follows.
const FIRST_READ: usize = 2048;

/// The I/O of a connection, with or without hyper.
///
/// hyper holds buffers of 16 KiB and 2 KiB of state for each connection. So a connection gets hyper
/// only with its first byte, and loses it when it is parked.
pub(super) enum ConnIo<I, G: HttpService<Incoming>> {
    Quiet(Quiet<I, G>),
    Http1(Http1<I, G>),
    #[cfg(feature = "http2")]
    Http2(Pin<Box<Http2<I, G>>>),
    /// The server closes the connection.
    Closing(WatchedIo<I>),
    Gone,
}

/// A connection that has read no byte yet, or none since it was parked.
pub(super) struct Quiet<I, G> {
    io: WatchedIo<I>,
    service: G,
    /// The beginning of an HTTP/2 preface.
    preface: BytesMut,
    /// Whether the peer may still choose HTTP/2, because the connection has served no request.
    fresh: bool,
    /// Ends the wait for the first byte, after the header read timeout.
    timeout: Option<Sleep>,
}

/// A connection that speaks HTTP/1.
pub(super) struct Http1<I, G: HttpService<Incoming>> {
    hyper: Box<http1::UpgradeableConnection<TokioIo<WatchedIo<I>>, G>>,
    buffers: Buffered,
}

#[cfg(feature = "http2")]
type Http2<I, G> =
    hyper::server::conn::http2::Connection<TokioIo<WatchedIo<I>>, G, hyper_util::rt::TokioExecutor>;

impl<I, G, B> ConnIo<I, G>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    G: HttpService<Incoming, ResBody = B, Error = BoxError>,
    G::Future: Send + 'static,
    B: Body<Data = Bytes, Error = BoxError> + Send + 'static,
{
    pub(super) fn new(io: WatchedIo<I>, service: G, http: &Http) -> Self {
        Self::quiet(io, service, true, http)
    }

    /// Polls the connection. Ready when the connection has ended.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, http: &Http) -> Poll<()> {
        if let Self::Http1(http1) = self {
            return Pin::new(&mut *http1.hyper).poll(cx).map(ended);
        }
        self.poll_apart(cx, http)
    }

    /// Polls a connection in any state. [`poll`](Self::poll) handles HTTP/1 itself, because that is
    /// the state of almost every poll.
    fn poll_apart(&mut self, cx: &mut Context<'_>, http: &Http) -> Poll<()> {
        loop {
            match self {
                Self::Quiet(quiet) => {
                    let first = ready!(quiet.poll(cx));
                    self.begin(first, http);
                }
                Self::Http1(http1) => return Pin::new(&mut *http1.hyper).poll(cx).map(ended),
                #[cfg(feature = "http2")]
                Self::Http2(http2) => return http2.as_mut().poll(cx).map(ended),
                Self::Closing(io) => {
                    let shut = ready!(Pin::new(io).poll_shutdown(cx));
                    *self = Self::Gone;
                    // An error means that the peer is gone. The connection is closed then too.
                    drop(shut);
                }
                Self::Gone => return Poll::Ready(()),
            }
        }
    }

    /// Sends GOAWAY on HTTP/2. Has no effect on other connections.
    pub(super) fn go_away(&mut self) {
        match self {
            #[cfg(feature = "http2")]
            Self::Http2(http2) => http2.as_mut().graceful_shutdown(),
            Self::Quiet(_) | Self::Http1(_) | Self::Closing(_) | Self::Gone => {}
        }
    }

    /// Begins to close a connection with nothing in flight, unless hyper holds the beginning of a
    /// request.
    pub(super) fn close(&mut self, http: &Http) {
        self.take_from_hyper(http);
        *self = match mem::replace(self, Self::Gone) {
            Self::Quiet(Quiet { io, .. }) => {
                io.conn().handle(ConnInput::CloseBegan);
                Self::Closing(io)
            }
            other => other,
        };
    }

    /// Gives up the buffers of a connection with nothing in flight, unless hyper holds the
    /// beginning of a request.
    pub(super) fn park(&mut self, http: &Http) {
        self.take_from_hyper(http);
        if let Self::Quiet(quiet) = self {
            quiet.io.conn().handle(ConnInput::Parked);
        }
    }

    /// Takes the connection back from hyper, unless the body of the last request is unread or hyper
    /// holds unread bytes.
    fn take_from_hyper(&mut self, http: &Http) {
        *self = match mem::replace(self, Self::Gone) {
            Self::Http1(http1) if !http1.buffers.conn.has_unread_body() => {
                let Some(parts) = http1.hyper.into_parts() else { return };
                let mut io = parts.io.into_inner();
                io.keep(parts.read_buf);
                if io.has_kept() {
                    io.conn().handle(ConnInput::UnreadFound);
                    Self::http1(io, parts.service, http)
                } else {
                    Self::quiet(io, parts.service, false, http)
                }
            }
            other => other,
        };
    }

    /// Hands the connection to the protocol that its first bytes select.
    fn begin(&mut self, first: First, http: &Http) {
        let Self::Quiet(Quiet { io, service, .. }) = mem::replace(self, Self::Gone) else { return };
        *self = match first {
            First::Http1 => Self::http1(io, service, http),
            #[cfg(feature = "http2")]
            First::Http2 => {
                io.conn().handle(ConnInput::PrefaceRead);
                Self::Http2(Box::pin(http.http2.serve_connection(TokioIo::new(io), service)))
            }
            First::End => {
                io.conn().handle(ConnInput::PeerClosed);
                Self::Closing(io)
            }
        };
    }

    fn quiet(io: WatchedIo<I>, service: G, fresh: bool, http: &Http) -> Self {
        let clock = io.conn().server().clock();
        let timeout = http.header_read_timeout.map(|timeout| clock.sleep(timeout));
        Self::Quiet(Quiet { io, service, preface: BytesMut::new(), fresh, timeout })
    }

    fn http1(io: WatchedIo<I>, service: G, http: &Http) -> Self {
        let buffers = Buffered::new(io.conn());
        let hyper = http.http1.serve_connection(TokioIo::new(io), service).with_upgrades();
        Self::Http1(Http1 { hyper: Box::new(hyper), buffers })
    }
}

fn ended(result: hyper::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "connection failed");
    }
}

/// The protocol that the first bytes select.
enum First {
    Http1,
    #[cfg(feature = "http2")]
    Http2,
    /// No bytes came: the peer closed, the connection failed, or the head took too long.
    End,
}

impl<I: AsyncRead + AsyncWrite + Unpin, G> Quiet<I, G> {
    // Never inlined, so that polls of connections with hyper do not reserve stack for the buffer.
    #[inline(never)]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<First> {
        loop {
            // This buffer is on the stack, so that a quiet connection holds no memory for it.
            let mut space = [const { MaybeUninit::uninit() }; FIRST_READ];
            let mut read = ReadBuf::uninit(&mut space);
            match Pin::new(&mut self.io).poll_read(cx, &mut read) {
                Poll::Pending => return self.poll_timeout(cx),
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {}
                Poll::Ready(Ok(()) | Err(_)) => return Poll::Ready(First::End),
            }
            self.preface.extend_from_slice(read.filled());
            if !self.fresh || !cfg!(feature = "http2") {
                return Poll::Ready(self.choose(First::Http1));
            }
            let known = self.preface.len().min(PREFACE.len());
            if self.preface[..known] != PREFACE[..known] {
                return Poll::Ready(self.choose(First::Http1));
            }
            #[cfg(feature = "http2")]
            if known == PREFACE.len() {
                return Poll::Ready(self.choose(First::Http2));
            }
        }
    }

    /// Gives the bytes read so far back to `io`, so that hyper reads them again.
    fn choose(&mut self, first: First) -> First {
        self.io.keep(mem::take(&mut self.preface).freeze());
        first
    }

    fn poll_timeout(&mut self, cx: &mut Context<'_>) -> Poll<First> {
        match &mut self.timeout {
            Some(timeout) => timeout.as_mut().poll(cx).map(|()| First::End),
            None => Poll::Pending,
        }
    }
}

/// Counts a connection among those that hold buffers, until this value is dropped.
struct Buffered {
    conn: Arc<Conn>,
}

impl Buffered {
    fn new(conn: &Arc<Conn>) -> Self {
        let server = conn.server();
        if server.buffers.enter() {
            server.driver.notify_one();
        }
        Self { conn: Arc::clone(conn) }
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        self.conn.server().buffers.leave();
    }
}
