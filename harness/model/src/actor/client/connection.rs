use std::collections::VecDeque;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::http1::Http1;
use super::http2::Http2;
use super::received::Received;
use super::response::SWITCHING;
use crate::history::{ConnectError, End, RequestId};
use crate::plan::{Intent, Part, Request};

/// One connection, with its requests that have no answer yet.
#[derive(Debug)]
pub(super) struct Connection<S: AsyncRead + AsyncWrite + Unpin> {
    /// The name, `actor@n`.
    pub(super) name: String,
    /// Whether the connection can carry another request.
    pub(super) usable: bool,
    /// Whether the connection has left HTTP for another protocol.
    pub(super) upgraded: bool,
    /// Requests without an answer, oldest first.
    pub(super) waiting: VecDeque<(RequestId, Intent)>,
    wire: Wire<S>,
}

/// The client for the protocol of a connection.
#[derive(Debug)]
enum Wire<S: AsyncRead + AsyncWrite + Unpin> {
    Http1(Http1<S>),
    Http2(Box<Http2<S>>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Opens a connection with HTTP/2 by prior knowledge if `http2`, else with HTTP/1.1.
    pub(super) async fn open(name: String, stream: S, http2: bool) -> io::Result<Self> {
        let wire = if http2 {
            Wire::Http2(Box::new(Http2::open(stream).await?))
        } else {
            Wire::Http1(Http1::new(stream))
        };
        Ok(Self { name, usable: true, upgraded: false, waiting: VecDeque::new(), wire })
    }

    /// Sends a part of a request, and returns the number of bytes. Not cancel safe: a dropped call
    /// may have sent some bytes.
    pub(super) async fn send(&mut self, request: &Request, part: Part) -> io::Result<u64> {
        let sent = match &mut self.wire {
            Wire::Http1(wire) => {
                let bytes = request.bytes(part);
                wire.send(&bytes).await.map(|()| bytes.len() as u64)
            }
            Wire::Http2(wire) => wire.send(request).await,
        };
        self.usable &= sent.is_ok();
        sent
    }

    /// Waits for the whole response to the oldest request without one. Cancel safe.
    pub(super) async fn receive(&mut self) -> Received {
        let received = match &mut self.wire {
            Wire::Http1(wire) => wire.receive().await,
            Wire::Http2(wire) => wire.receive().await,
        };
        self.took(received)
    }

    /// Like `receive`, but reads once, at most `most` bytes. Returns `None` while the response is
    /// incomplete. Over HTTP/2 this equals `receive`. Cancel safe.
    pub(super) async fn receive_some(&mut self, most: usize) -> Option<Received> {
        let received = match &mut self.wire {
            Wire::Http1(wire) => wire.receive_some(most).await?,
            Wire::Http2(wire) => wire.receive().await,
        };
        Some(self.took(received))
    }

    /// Waits until the server closes the connection. Cancel safe.
    pub(super) async fn closed(&mut self) -> End {
        match &mut self.wire {
            Wire::Http1(wire) => wire.closed().await,
            Wire::Http2(wire) => wire.closed().await,
        }
    }

    /// Whether the outcome of each request is known even after the connection's end. HTTP/2 has
    /// taken answers and refusals in any order.
    pub(super) fn is_multiplexed(&self) -> bool {
        matches!(self.wire, Wire::Http2(_))
    }

    /// Whether the connection continues after a request has ended without an answer.
    pub(super) fn goes_on(&self) -> bool {
        match &self.wire {
            Wire::Http1(_) => false,
            Wire::Http2(wire) => !wire.is_over(),
        }
    }

    /// Sends FIN. The client can still read.
    pub(super) async fn half_close(&mut self) -> io::Result<()> {
        self.usable = false;
        match &mut self.wire {
            Wire::Http1(wire) => wire.shut().await,
            // `check::validate` refuses such a plan.
            Wire::Http2(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The stream. Dropping the stream closes the connection.
    pub(super) fn into_stream(self) -> Option<S> {
        match self.wire {
            Wire::Http1(wire) => Some(wire.into_stream()),
            Wire::Http2(wire) => wire.into_stream(),
        }
    }

    fn took(&mut self, received: Received) -> Received {
        match &received {
            Received::Answer(answer) => {
                self.upgraded |= answer.status == SWITCHING;
                self.usable &= !answer.says_close && !self.upgraded;
            }
            Received::End { .. } => self.usable &= self.goes_on(),
        }
        received
    }
}

/// The reason for which a connection could not be established.
pub fn connect_error(error: &io::Error) -> ConnectError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused,
        io::ErrorKind::ConnectionReset => ConnectError::Reset,
        io::ErrorKind::TimedOut => ConnectError::TimedOut,
        _ => ConnectError::Other,
    }
}
