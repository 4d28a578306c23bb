use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::BoxError;
use super::body::{RequestBody, RequestGuard, ResponseBody};
use crate::drain::Admission;
use crate::handle::ShutdownHandle;
use crate::health;
use crate::state::Conn;

/// The application as hyper calls it for one connection: every request is counted, and is either
/// served or refused.
#[derive(Debug)]
pub(super) struct ConnService<S> {
    app: S,
    conn: Arc<Conn>,
}

impl<S> ConnService<S> {
    pub(super) fn new(app: S, conn: Arc<Conn>) -> Self {
        Self { app, conn }
    }
}

impl<S, B> hyper::service::Service<Request<Incoming>> for ConnService<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<B>>;
    type Error = BoxError;
    type Future = ResponseFuture<S, S::Future>;

    #[inline]
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let has_body = !request.body().is_end_stream();
        let http2 = request.version() == Version::HTTP_2;
        let tunnel = request.method() == Method::CONNECT;
        let (id, admission) = self.conn.request_started(&request, has_body);
        let guard = Some(RequestGuard::new(id, Arc::clone(&self.conn), http2));
        if admission == Admission::Refuse {
            return ResponseFuture { work: Work::Refused, guard, tunnel };
        }
        let open = has_body.then(|| (id, Arc::clone(&self.conn)));
        let request = request.map(|incoming| RequestBody::new(incoming, open));
        let app = self.app.clone();
        let work = if http2 || admission == Admission::ServeLate {
            Work::Waiting { app, request: Some(request), late: admission == Admission::ServeLate }
        } else {
            Work::begin(app, request)
        };
        ResponseFuture { work, guard, tunnel }
    }
}

pin_project! {
    /// The response to one request: the application's, or ours if the request was refused or the
    /// application failed.
    pub(super) struct ResponseFuture<S, F> {
        #[pin]
        work: Work<S, F>,
        // Taken when the response is ready.
        guard: Option<RequestGuard>,
        tunnel: bool,
    }
}

pin_project! {
    #[project = WorkProj]
    enum Work<S, F> {
        Running { #[pin] future: F },
        // The request is taken when the application is ready for it, after one more poll if `late`.
        Waiting { app: S, request: Option<Request<RequestBody>>, late: bool },
        Refused,
        Panicked,
    }
}

impl<S, B> Future for ResponseFuture<S, S::Future>
where
    S: Service<Request<RequestBody>, Response = Response<B>>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<B>>, BoxError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let guard = this.guard.as_ref().expect("polled after it was ready");
        let within = guard.is_http2().then(|| {
            if matches!(*this.work, Work::Waiting { .. }) && guard.conn().is_deaf() {
                // The first poll of this task comes after the end of its connection. No answer
                // reaches the client, which may send the request again.
                this.work.set(Work::Refused);
            }
            ShutdownHandle::enter(guard.conn().server())
        });
        let mut polled = Poll::Pending;
        let work = this.work.as_mut();
        let caught = catch_unwind(AssertUnwindSafe(|| polled = work.poll(cx)));
        drop(within);
        let result = match caught {
            Ok(()) => ready!(polled),
            Err(_) => Err(NoResponse::Panicked),
        };
        let mut guard = this.guard.take().expect("it was there above");
        let http1 = !guard.is_http2();
        let announces_close = guard.answered() && http1;
        let mut response = match result {
            Ok(response) => response.map(|body| ResponseBody::app(body, guard)),
            Err(none) => none.instead().map(|body| ResponseBody::ours(body, guard)),
        };
        if http1 && leaves_http(response.status(), *this.tunnel) {
            response.body().conn().upgraded();
        } else if announces_close {
            // hyper closes the connection after an answer that says so.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Poll::Ready(Ok(response))
    }
}

impl<S, B> Work<S, S::Future>
where
    S: Service<Request<RequestBody>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    /// Calls the application at once if it is ready, which saves moving the request about.
    #[inline]
    fn begin(mut app: S, request: Request<RequestBody>) -> Self {
        let mut request = Some(request);
        let mut called = None;
        let caught = catch_unwind(AssertUnwindSafe(|| {
            // An application that is not ready, or fails, is asked again by `poll`.
            let ready = app.poll_ready(&mut Context::from_waker(Waker::noop()));
            if matches!(ready, Poll::Ready(Ok(()))) {
                called = request.take().map(|request| app.call(request));
            }
        }));
        match called {
            Some(future) => Self::Running { future },
            None if caught.is_err() => Self::Panicked,
            None => Self::Waiting { app, request, late: false },
        }
    }

    #[inline]
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Response<B>, NoResponse>> {
        loop {
            let called = match self.as_mut().project() {
                WorkProj::Running { future } => {
                    return future.poll(cx).map_err(NoResponse::failed);
                }
                WorkProj::Waiting { app, request, late } => {
                    if mem::take(late) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    ready!(app.poll_ready(cx)).map_err(NoResponse::failed)?;
                    app.call(request.take().expect("called once"))
                }
                WorkProj::Refused => return Poll::Ready(Err(NoResponse::Refused)),
                WorkProj::Panicked => return Poll::Ready(Err(NoResponse::Panicked)),
            };
            self.set(Self::Running { future: called });
        }
    }
}

/// Why the application gave no response.
enum NoResponse {
    Refused,
    Failed(BoxError),
    Panicked,
}

impl NoResponse {
    fn failed(error: impl Into<BoxError>) -> Self {
        Self::Failed(error.into())
    }

    /// The server's own response.
    fn instead(self) -> Response<Full<Bytes>> {
        match self {
            Self::Refused => health::response(true),
            Self::Failed(error) => {
                tracing::error!(%error, "the application failed");
                internal_error()
            }
            // The panic hook prints the message.
            Self::Panicked => internal_error(),
        }
    }
}

fn internal_error() -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Whether an HTTP/1 connection leaves HTTP with this response. `tunnel`: the request was a CONNECT.
#[inline]
fn leaves_http(status: StatusCode, tunnel: bool) -> bool {
    status == StatusCode::SWITCHING_PROTOCOLS || (tunnel && status.is_success())
}
