use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use pin_project_lite::pin_project;

use super::BoxError;
use crate::drain::ConnInput;
use crate::state::Conn;

/// The body of a request: hyper's, and a note on the connection when it ends.
///
/// A connection is closed or parked between two requests only when the body of the last one is at
/// its end: otherwise bytes of the body could be taken for a request. So keep this value no longer
/// than you read from it.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    /// `None` once the body has ended.
    open: Option<Open>,
}

/// The connection of a body that is not at its end.
#[derive(Debug)]
struct Open {
    request: u64,
    conn: Arc<Conn>,
}

impl RequestBody {
    /// `open`: the number of the request and its connection, if the body is not at its end.
    #[inline]
    pub(super) fn new(incoming: Incoming, open: Option<(u64, Arc<Conn>)>) -> Self {
        Self { incoming, open: open.map(|(request, conn)| Open { request, conn }) }
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let Some(Open { request, conn }) = self.open.take() {
            let ended = self.incoming.is_end_stream();
            let input = if ended { ConnInput::BodyEnded } else { ConnInput::BodyDropped };
            conn.handle(input(request));
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.incoming).poll_frame(cx));
        let ended = match &frame {
            Some(Ok(_)) => self.incoming.is_end_stream(),
            None => true,
            // hyper closes the connection.
            Some(Err(_)) => false,
        };
        if ended && let Some(Open { request, conn }) = self.open.take() {
            conn.handle(ConnInput::BodyEnded(request));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// A request in flight. Dropping it ends the request.
#[derive(Debug)]
pub(super) struct RequestGuard {
    id: u64,
    conn: Arc<Conn>,
    http2: bool,
    answered: bool,
}

impl RequestGuard {
    /// For a request that [`Conn::request_started`] has counted.
    #[inline]
    pub(super) fn new(id: u64, conn: Arc<Conn>, http2: bool) -> Self {
        Self { id, conn, http2, answered: false }
    }

    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }

    pub(super) fn is_http2(&self) -> bool {
        self.http2
    }

    /// From here on the request ends with the response's body, which still has to be written. Says
    /// whether the head of the response must announce the end of the connection.
    #[inline]
    pub(super) fn answered(&mut self) -> bool {
        self.answered = true;
        self.conn.response_started(self.id)
    }
}

impl Drop for RequestGuard {
    #[inline]
    fn drop(&mut self) {
        if self.answered {
            self.conn.response_ended(self.id, self.http2);
        } else {
            self.conn.request_dropped(self.id);
        }
    }
}

pin_project! {
    /// A response's body: the application's, or one of ours.
    #[project = SourceProj]
    enum Source<B> {
        App { #[pin] body: B },
        Ours { #[pin] body: Full<Bytes> },
    }
}

pin_project! {
    /// A response's body that keeps its request in flight until it is dropped.
    pub(super) struct ResponseBody<B> {
        #[pin]
        source: Source<B>,
        guard: RequestGuard,
    }
}

impl<B> ResponseBody<B> {
    /// The application's body.
    #[inline]
    pub(super) fn app(body: B, guard: RequestGuard) -> Self {
        Self { source: Source::App { body }, guard }
    }

    /// A body that the server made itself.
    pub(super) fn ours(body: Full<Bytes>, guard: RequestGuard) -> Self {
        Self { source: Source::Ours { body }, guard }
    }

    pub(super) fn conn(&self) -> &Conn {
        self.guard.conn()
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.project().source.project() {
            SourceProj::App { body } => body.poll_frame(cx).map_err(Into::into),
            SourceProj::Ours { body } => body.poll_frame(cx).map_err(Into::into),
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::App { body } => body.is_end_stream(),
            Source::Ours { body } => body.is_end_stream(),
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::App { body } => body.size_hint(),
            Source::Ours { body } => body.size_hint(),
        }
    }
}
