use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::client::{Connection, ResponseFuture, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::received::Received;
use super::tap::Tap;
use crate::actor::kept::{KeptBody, trim_headers};
use crate::history::{Answer, End};
use crate::plan::Request;

/// Headers of HTTP/1.1 that HTTP/2 forbids (RFC 9113 section 8.2.2), and `host`.
const OF_CONNECTIONS: [&str; 6] =
    ["connection", "host", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/// A client's HTTP/2 connection with prior knowledge. The connection makes progress only while one
/// of its futures is awaited.
///
/// Nothing here knows a network or a clock. The caller brings the connected stream, and bounds
/// each wait by its own timers.
#[derive(Debug)]
pub struct Http2<S: AsyncRead + AsyncWrite + Unpin> {
    tap: Tap<S>,
    sender: SendRequest<Bytes>,
    connection: Connection<Tap<S>, Bytes>,
    /// Whether the library has finished with the connection.
    finished: bool,
    /// The responses that the caller has not received, oldest first.
    responses: VecDeque<Response>,
}

/// The progress of a response.
#[derive(Debug)]
enum Response {
    /// The request could not be sent.
    Unsent,
    Awaited(ResponseFuture),
    Begun {
        answer: Answer,
        stream: RecvStream,
        body: KeptBody,
    },
}

impl<S: AsyncRead + AsyncWrite + Unpin> Http2<S> {
    /// Sends the client's preface and settings, and does not wait for the server. Not cancel safe.
    ///
    /// # Errors
    ///
    /// When the stream does not take the preface.
    pub async fn open(stream: S) -> io::Result<Self> {
        let tap = Tap::new(stream);
        let opened = h2::client::Builder::new().enable_push(false).handshake(tap.clone()).await;
        let (sender, connection) = opened.map_err(into_io)?;
        let responses = VecDeque::new();
        let mut this = Self { tap, sender, connection, finished: false, responses };
        this.flush().await;
        Ok(this)
    }

    /// Sends a whole request. Returns the number of bytes that were written meanwhile. After a
    /// failure the caller must receive an outcome too. Not cancel safe.
    ///
    /// # Errors
    ///
    /// When the connection takes no more requests, or ended before the first byte was sent.
    pub async fn send(&mut self, request: &Request) -> io::Result<u64> {
        self.responses.push_back(Response::Unsent);
        let before = self.tap.written();
        let head = head(request)?;
        let body = Bytes::from(request.body_bytes());
        poll_fn(|cx| {
            self.drive(cx);
            self.sender.poll_ready(cx)
        })
        .await
        .map_err(into_io)?;
        let (response, stream) =
            self.sender.send_request(head, body.is_empty()).map_err(into_io)?;
        if let Some(last) = self.responses.back_mut() {
            *last = Response::Awaited(response);
        }
        self.send_body(stream, body).await.map_err(into_io)?;
        self.flush().await;
        match self.tap.written() - before {
            0 if self.finished => Err(io::ErrorKind::BrokenPipe.into()),
            written => Ok(written),
        }
    }

    async fn send_body(
        &mut self,
        mut stream: SendStream<Bytes>,
        mut rest: Bytes,
    ) -> Result<(), h2::Error> {
        while !rest.is_empty() {
            stream.reserve_capacity(rest.len());
            let room = poll_fn(|cx| {
                self.drive(cx);
                while stream.capacity() == 0 {
                    if ready!(stream.poll_capacity(cx)).transpose()?.is_none() {
                        return Poll::Ready(Err(h2::Error::from(Reason::STREAM_CLOSED)));
                    }
                }
                Poll::Ready(Ok(stream.capacity()))
            });
            let chunk = rest.split_to(room.await?.min(rest.len()));
            stream.send_data(chunk, rest.is_empty())?;
        }
        Ok(())
    }

    /// Waits for the whole response to the oldest request without one. Cancel safe.
    pub async fn receive(&mut self) -> Received {
        let received = poll_fn(|cx| {
            self.drive(cx);
            self.poll_oldest(cx)
        })
        .await;
        self.responses.pop_front();
        received
    }

    /// Waits until the server closes the connection, and answers its frames. Cancel safe.
    pub(super) async fn closed(&mut self) -> End {
        poll_fn(|cx| {
            self.drive(cx);
            if self.is_over() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        // The library closes its side after a GOAWAY, once no stream is open.
        let mut rest = [0; 256];
        loop {
            if let Some(end) = self.tap.ended() {
                return end;
            }
            if self.tap.read(&mut rest).await.is_err() {
                return self.tap.ended().unwrap_or(End::Reset);
            }
        }
    }

    /// Whether the connection has ended.
    pub(super) fn is_over(&self) -> bool {
        self.finished || self.tap.ended().is_some()
    }

    /// The stream. Dropping the stream closes the connection.
    pub(super) fn into_stream(self) -> Option<S> {
        self.tap.take_back()
    }

    fn poll_oldest(&mut self, cx: &mut Context<'_>) -> Poll<Received> {
        loop {
            match self.responses.front_mut() {
                None | Some(Response::Unsent) => {
                    let by = self.tap.ended().unwrap_or(End::Refused);
                    return Poll::Ready(Received::end(by, 0, None));
                }
                Some(Response::Awaited(response)) => match ready!(Pin::new(response).poll(cx)) {
                    Err(error) => {
                        return Poll::Ready(Received::end(self.ended_by(&error), 0, None));
                    }
                    Ok(response) => {
                        let (answer, stream) = begun(response);
                        let Ok(body) = KeptBody::of(&answer) else {
                            let (by, status) = (End::TooLong, Some(answer.status));
                            return Poll::Ready(Received::end(by, 1, status));
                        };
                        self.responses[0] = Response::Begun { answer, stream, body };
                    }
                },
                Some(Response::Begun { answer, stream, body }) => {
                    let status = Some(answer.status);
                    match ready!(stream.poll_data(cx)) {
                        Some(Ok(chunk)) => {
                            let _ = stream.flow_control().release_capacity(chunk.len());
                            if body.push(&chunk).is_err() {
                                let got = body.got();
                                let end = Received::End { by: End::TooLong, got, status };
                                return Poll::Ready(end);
                            }
                        }
                        Some(Err(error)) => {
                            let got = body.got().max(1);
                            let by = self.ended_by(&error);
                            return Poll::Ready(Received::End { by, got, status });
                        }
                        None => {
                            let mut answer = answer.clone();
                            std::mem::take(body).complete(&mut answer);
                            answer.says_close = self.goes_away(cx);
                            return Poll::Ready(Received::Answer(answer));
                        }
                    }
                }
            }
        }
    }

    /// Whether the server has sent GOAWAY, or the connection takes no more requests.
    fn goes_away(&mut self, cx: &mut Context<'_>) -> bool {
        matches!(self.sender.poll_ready(cx), Poll::Ready(Err(_)))
    }

    /// The reason for the end of a stream.
    fn ended_by(&self, error: &h2::Error) -> End {
        let refused = error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM);
        match (error.is_remote(), error.is_library()) {
            (true, _) if refused => End::Refused,
            (true, _) => End::Reset,
            (false, true) => End::Malformed,
            (false, false) => self.tap.ended().unwrap_or(End::Reset),
        }
    }

    /// Reads the server's frames, and writes the frames that are due.
    fn drive(&mut self, cx: &mut Context<'_>) {
        self.finished = self.finished || Pin::new(&mut self.connection).poll(cx).is_ready();
    }

    /// Waits until all frames that are due are written. Cancel safe.
    async fn flush(&mut self) {
        poll_fn(|cx| {
            self.drive(cx);
            let done = self.finished || !self.tap.is_blocked();
            if done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

fn head(request: &Request) -> io::Result<http::Request<()>> {
    let uri = format!("http://localhost{}", request.path);
    let mut head = http::Request::builder().method(request.method.as_str()).uri(uri);
    if request.name.is_some() || request.body.is_some() || request.method == "POST" {
        head = head.header("content-type", "application/json");
    }
    for (key, value) in &request.headers {
        if !OF_CONNECTIONS.contains(&key.to_ascii_lowercase().as_str()) {
            head = head.header(key, value);
        }
    }
    head.body(()).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

fn begun(response: http::Response<RecvStream>) -> (Answer, RecvStream) {
    let (head, stream) = response.into_parts();
    let headers = head.headers.iter().map(|(key, value)| {
        (key.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let headers = headers.collect();
    let status = head.status.as_u16();
    let body = String::new();
    let mut answer = Answer { status, headers, body, truncated: false, says_close: false };
    trim_headers(&mut answer);
    (answer, stream)
}

fn into_io(error: h2::Error) -> io::Error {
    if error.is_io() {
        error.into_io().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())
    } else {
        io::Error::other(error)
    }
}
