use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;

use super::BoxError;
use crate::drain::{Admission, ConnInput};
use crate::state::Conn;

/// The body of a request. The server learns from this value when the body has ended.
///
/// Before that, bytes on the connection may belong to the body and not to the next request. So the
/// server does not take the buffers of such a connection, and a shutdown cannot close the
/// connection at once. Drop this value as soon as you have read enough.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    /// `None` if the request has no body, and once the body has ended.
    open: Option<Open>,
}

/// Reports the end of a body to its connection on drop.
#[derive(Debug)]
struct Open {
    request: u32,
    /// Whether the application has read the whole body.
    ended: bool,
    conn: Arc<Conn>,
}

impl RequestBody {
    #[inline]
    pub(super) fn new(incoming: Incoming, guard: &mut RequestGuard) -> Self {
        let open = mem::take(&mut guard.has_body).then(|| Open {
            request: guard.id,
            ended: false,
            conn: Arc::clone(&guard.conn),
        });
        Self { incoming, open }
    }
}

impl Open {
    /// Reports that the application has read the whole body.
    fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let input = if self.ended { ConnInput::BodyEnded } else { ConnInput::BodyDropped };
        self.conn.handle(input(self.request));
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
            // hyper closes the connection after this error.
            Some(Err(_)) => false,
        };
        if ended && let Some(open) = self.open.take() {
            open.end();
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
    conn: Arc<Conn>,
    id: u32,
    http2: bool,
    /// The request is a CONNECT of HTTP/1.
    tunnel: bool,
    /// Whether a body follows the head of the request.
    has_body: bool,
    state: RequestState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestState {
    /// hyper has read the head, and the request is not counted yet.
    New,
    Started(Admission),
    Answered,
}

impl RequestGuard {
    #[inline]
    pub(super) fn new(conn: &Arc<Conn>, http2: bool) -> Self {
        let conn = Arc::clone(conn);
        if !http2 {
            conn.request_waits();
        }
        Self { conn, id: 0, http2, tunnel: false, has_body: false, state: RequestState::New }
    }

    /// Counts the request.
    #[inline(never)]
    pub(super) fn start(&mut self, request: &Request<Incoming>) {
        self.has_body = !request.body().is_end_stream();
        let (id, admission) = self.conn.request_started(request, self.has_body);
        self.id = id;
        self.tunnel = !self.http2 && request.method() == Method::CONNECT;
        self.state = RequestState::Started(admission);
    }

    /// Decides how to treat the request before the application is called. A request of HTTP/1 is
    /// counted by the first call.
    #[inline]
    pub(super) fn admit(&mut self, request: &Option<Request<Incoming>>) -> Admission {
        if self.state == RequestState::New
            && let Some(request) = request
        {
            self.start(request);
        }
        match self.state {
            // The first poll may come after the end of the connection. The client gets no response
            // and may send the request again, so the application must not run.
            RequestState::Started(_) if self.http2 && self.conn.is_deaf() => Admission::Refuse,
            RequestState::Started(admission) => admission,
            RequestState::New | RequestState::Answered => Admission::Refuse,
        }
    }

    /// Lets the next poll call the application.
    pub(super) fn serve(&mut self) {
        self.state = RequestState::Started(Admission::Serve { late: false });
    }

    #[inline]
    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }

    #[inline]
    pub(super) fn is_http2(&self) -> bool {
        self.http2
    }

    /// Whether the connection leaves HTTP with a response of this status. Only HTTP/1 does.
    #[inline]
    pub(super) fn leaves_http(&self, status: StatusCode) -> bool {
        let switches = status == StatusCode::SWITCHING_PROTOCOLS && !self.http2;
        switches || (self.tunnel && status.is_success())
    }

    /// Reports the head of the response. From now on the drop of this guard means that the response
    /// is complete. Returns whether the head must announce the close. HTTP/2 sends GOAWAY instead.
    #[inline]
    pub(super) fn answered(&mut self) -> bool {
        self.state = RequestState::Answered;
        if self.has_body {
            // The application was not called, so hyper's body is dropped as it is.
            self.conn.handle(ConnInput::BodyDropped(self.id));
        }
        self.conn.response_started(self.id) && !self.http2
    }
}

impl Drop for RequestGuard {
    #[inline]
    fn drop(&mut self) {
        match self.state {
            RequestState::Answered => self.conn.response_ended(self.id, self.http2),
            RequestState::Started(_) => self.conn.request_dropped(self.id),
            RequestState::New => {}
        }
    }
}

pin_project! {
    /// The source of a response's body: the application, or the server itself.
    #[project = SourceProj]
    enum Source<B> {
        App { #[pin] body: B },
        Ours { text: &'static str },
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
    pub(super) fn ours(text: &'static str, guard: RequestGuard) -> Self {
        Self { source: Source::Ours { text }, guard }
    }

    #[inline]
    pub(super) fn guard(&self) -> &RequestGuard {
        &self.guard
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
            SourceProj::Ours { text } => {
                let text = std::mem::take(text);
                let frame = (!text.is_empty())
                    .then(|| Ok(Frame::data(Bytes::from_static(text.as_bytes()))));
                Poll::Ready(frame)
            }
        }
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::App { body } => body.is_end_stream(),
            Source::Ours { text } => text.is_empty(),
        }
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::App { body } => body.size_hint(),
            Source::Ours { text } => SizeHint::with_exact(text.len() as u64),
        }
    }
}
