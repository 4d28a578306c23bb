use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode, Version};
use http_body::Body;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::BoxError;
use super::body::{RequestBody, RequestGuard, ResponseBody};
use crate::drain::Admission;
use crate::handle::Current;
use crate::health;
use crate::state::Conn;

/// The application as hyper calls it for one connection. This service counts every request, and
/// either serves or refuses it.
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

    // This function only moves the request. A borrow before the move would add two copies of the
    // request.
    #[inline]
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if request.version() == Version::HTTP_2 {
            return self.call_http2(request);
        }
        // hyper polls the future of HTTP/1 in the same turn, and the first poll counts the request.
        let work = Work::Waiting { app: self.app.clone(), request: Some(request) };
        ResponseFuture { work, guard: Some(RequestGuard::new(&self.conn, false)) }
    }
}

impl<S: Clone> ConnService<S> {
    /// The handler of a request of HTTP/2 is a task of its own, whose first poll may come much
    /// later. So the request is counted here.
    fn call_http2<F>(&self, request: Request<Incoming>) -> ResponseFuture<S, F> {
        let mut guard = RequestGuard::new(&self.conn, true);
        guard.start(&request);
        let work = Work::Waiting { app: self.app.clone(), request: Some(request) };
        ResponseFuture { work, guard: Some(guard) }
    }
}

pin_project! {
    /// The response to one request: the application's, or ours if the request was refused or the
    /// application failed.
    #[project = ResponseFutureProj]
    pub(super) struct ResponseFuture<S, F> {
        #[pin]
        work: Work<S, F>,
        // `None` once the response is ready.
        guard: Option<RequestGuard>,
    }
}

pin_project! {
    #[project = WorkProj]
    enum Work<S, F> {
        Running { #[pin] future: F },
        // The request is `None` once the application was called.
        Waiting { app: S, request: Option<Request<Incoming>> },
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
        let ResponseFutureProj { work, guard } = self.project();
        let request = guard.as_mut().expect("polled after it was ready");
        // The task of the connection polls the handlers of HTTP/1, and has set the current server.
        // Each handler of HTTP/2 has a task of its own.
        let mut current = request.is_http2().then(|| Current::new(request.conn().server()));
        let within = current.as_mut().map(Current::enter);
        let mut polled = Poll::Pending;
        let mut none = None;
        let caught = catch_unwind(AssertUnwindSafe(|| match work.started(cx, request) {
            Poll::Ready(Ok(future)) => polled = future.poll(cx),
            Poll::Ready(Err(why)) => none = Some(why),
            Poll::Pending => {}
        }));
        drop(within);
        if caught.is_err() {
            none = Some(NoResponse::Panicked);
        }
        if let Some(none) = none {
            return Poll::Ready(Ok(none.instead(guard)));
        }
        match polled {
            Poll::Ready(Ok(response)) => {
                let (guard, announces_close) = answered(guard);
                let response = response.map(|body| ResponseBody::app(body, guard));
                Poll::Ready(Ok(with_head(response, announces_close)))
            }
            Poll::Ready(Err(error)) => {
                Poll::Ready(Ok(NoResponse::Failed(error.into()).instead(guard)))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Takes the guard, because the response is ready. Returns also whether the head of the response
/// must announce the close.
#[inline]
fn answered(guard: &mut Option<RequestGuard>) -> (RequestGuard, bool) {
    let mut guard = guard.take().expect("a request has one response");
    let announces_close = guard.answered();
    (guard, announces_close)
}

/// Announces the close in the head if it must. Reports a response by which the connection leaves
/// HTTP.
#[inline]
fn with_head<B>(
    mut response: Response<ResponseBody<B>>,
    announces_close: bool,
) -> Response<ResponseBody<B>> {
    let guard = response.body().guard();
    if guard.leaves_http(response.status()) {
        guard.conn().upgraded();
    } else if announces_close {
        // hyper closes the connection after a response with this header.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl<S, B> Work<S, S::Future>
where
    S: Service<Request<RequestBody>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    /// Returns the application's future. Before that, waits until the application is ready, and
    /// calls the application.
    #[inline]
    fn started<'a>(
        mut self: Pin<&'a mut Self>,
        cx: &mut Context<'_>,
        guard: &mut RequestGuard,
    ) -> Poll<Result<Pin<&'a mut S::Future>, NoResponse>> {
        if let WorkProj::Waiting { app, request } = self.as_mut().project() {
            match guard.admit(request) {
                Admission::Serve { late: false } => {}
                Admission::Serve { late: true } => {
                    guard.serve();
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Admission::Refuse => return Poll::Ready(Err(NoResponse::Refused)),
            }
            if let Err(error) = ready!(app.poll_ready(cx)) {
                return Poll::Ready(Err(NoResponse::Failed(error.into())));
            }
            let request = request.take().expect("called once");
            let future = app.call(request.map(|body| RequestBody::new(body, guard)));
            self.set(Self::Running { future });
        }
        match self.project() {
            WorkProj::Running { future } => Poll::Ready(Ok(future)),
            WorkProj::Waiting { .. } => Poll::Pending,
        }
    }
}

/// The reason why the application gave no response.
enum NoResponse {
    Refused,
    Failed(BoxError),
    Panicked,
}

impl NoResponse {
    /// The response that the server sends instead.
    #[cold]
    fn instead<B>(self, guard: &mut Option<RequestGuard>) -> Response<ResponseBody<B>> {
        let response = match self {
            Self::Refused => health::response(true),
            Self::Failed(error) => {
                tracing::error!(%error, "the application failed");
                internal_error()
            }
            // The panic hook prints the message.
            Self::Panicked => internal_error(),
        };
        let (guard, announces_close) = answered(guard);
        with_head(response.map(|text| ResponseBody::ours(text, guard)), announces_close)
    }
}

fn internal_error() -> Response<&'static str> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
