use std::collections::VecDeque;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::http1::Http1;
use super::response::SWITCHING;
use crate::history::{Answer, ConnectError, End, RequestId};
use crate::plan::{Intent, Part, Request};

/// One connection, and the requests on it that have no answer yet.
#[derive(Debug)]
pub(super) struct Connection<S> {
    /// `actor@n`.
    pub(super) name: String,
    /// Whether it can still carry a request.
    pub(super) usable: bool,
    /// Whether it carries something else than HTTP by now.
    pub(super) upgraded: bool,
    /// Requests without an answer, oldest first.
    pub(super) waiting: VecDeque<(RequestId, Intent)>,
    wire: Http1<S>,
}

/// What came of waiting for a response.
#[derive(Debug)]
pub(super) enum Received {
    /// A whole response.
    Answer(Answer),
    /// It ended after so many bytes of one.
    End { by: End, got: u64, status: Option<u16> },
}

impl Received {
    pub(super) fn end(by: End, got: usize, status: Option<u16>) -> Self {
        Self::End { by, got: got as u64, status }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(super) fn http1(name: String, stream: S) -> Self {
        let wire = Http1::new(stream);
        Self { name, usable: true, upgraded: false, waiting: VecDeque::new(), wire }
    }

    /// Sends a part of a request; says of how many bytes it is. Not cancel safe: some may have gone.
    pub(super) async fn send(&mut self, request: &Request, part: Part) -> io::Result<u64> {
        let bytes = request.bytes(part);
        let sent = self.wire.send(&bytes).await;
        self.usable &= sent.is_ok();
        sent.map(|()| bytes.len() as u64)
    }

    /// Waits for the whole response to the oldest request without one. Cancel safe.
    pub(super) async fn receive(&mut self) -> Received {
        let received = self.wire.receive().await;
        self.took(received)
    }

    /// Like `receive`, but takes at most so many bytes; `None`: more must come. Cancel safe.
    pub(super) async fn receive_some(&mut self, most: usize) -> Option<Received> {
        let received = self.wire.receive_some(most).await?;
        Some(self.took(received))
    }

    /// Waits until the server closes the connection. Cancel safe.
    pub(super) async fn closed(&mut self) -> End {
        self.wire.closed().await
    }

    /// Sends FIN; what the server still says can be read.
    pub(super) async fn half_close(&mut self) -> io::Result<()> {
        self.usable = false;
        self.wire.shut().await
    }

    /// The stream, which closes the connection when it is dropped.
    pub(super) fn into_stream(self) -> S {
        self.wire.into_stream()
    }

    fn took(&mut self, received: Received) -> Received {
        match &received {
            Received::Answer(answer) => {
                self.upgraded |= answer.status == SWITCHING;
                self.usable &= !answer.says_close && !self.upgraded;
            }
            Received::End { .. } => self.usable = false,
        }
        received
    }
}

/// Why a connection could not be established.
pub(crate) fn why_not(error: &io::Error) -> ConnectError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectError::Refused,
        io::ErrorKind::ConnectionReset => ConnectError::Reset,
        io::ErrorKind::TimedOut => ConnectError::TimedOut,
        _ => ConnectError::Other,
    }
}
