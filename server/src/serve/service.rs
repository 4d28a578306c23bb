use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::response::Parts;
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::BoxError;
use super::body::{RequestBody, RequestGuard, ResponseBody, Source};
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
        let (id, admission) = self.conn.request_started(&request, has_body);
        let guard = RequestGuard::new(id, Arc::clone(&self.conn));
        let http2 = request.version() == Version::HTTP_2;
        let tunnel = request.method() == Method::CONNECT;
        let work = match admission {
            Admission::Refuse => Work::Refused,
            Admission::Serve | Admission::ServeLate => {
                let mut request = request.map(RequestBody::new);
                if has_body {
                    request.body_mut().watch(id, &self.conn);
                }
                let late = admission == Admission::ServeLate;
                Work::Waiting { app: self.app.clone(), request: Some(request), late }
            }
        };
        ResponseFuture { work, request: Some(guard), http2, tunnel }
    }
}

pin_project! {
    /// The response to one request: the application's, or ours if the request was refused or the
    /// application failed.
    pub(super) struct ResponseFuture<S, F> {
        #[pin]
        work: Work<S, F>,
        // Taken when the response is ready.
        request: Option<RequestGuard>,
        http2: bool,
        tunnel: bool,
    }
}

pin_project! {
    #[project = WorkProj]
    enum Work<S, F> {
        // The request is taken when the application is ready for it.
        Waiting { app: S, request: Option<Request<RequestBody>>, late: bool },
        Running { #[pin] future: F },
        Refused,
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
        let conn = this.request.as_ref().expect("polled after it was ready").conn();
        if *this.http2 && matches!(*this.work, Work::Waiting { .. }) && conn.is_deaf() {
            // A handler of HTTP/2 is a task of its own, whose first poll may come after the end of
            // its connection. No answer reaches the client, which may send the request again.
            this.work.set(Work::Refused);
        }
        let within = ShutdownHandle::enter(conn.server());
        let mut polled = Poll::Pending;
        let caught = catch_unwind(AssertUnwindSafe(|| polled = this.work.as_mut().poll(cx)));
        drop(within);
        let made = match caught {
            Ok(()) => ready!(polled),
            // The panic hook prints the message.
            Err(_) => Made::Ours(internal_error()),
        };
        let mut guard = this.request.take().expect("it was there above");
        let (mut parts, source) = match made {
            Made::App(response) => {
                let (parts, body) = response.into_parts();
                (parts, Source::App { body })
            }
            Made::Ours(response) => {
                let (parts, body) = response.into_parts();
                (parts, Source::Ours { body })
            }
        };
        let announces_close = guard.answered();
        if !*this.http2 {
            say_in(&mut parts, announces_close, guard.conn(), *this.tunnel);
        }
        Poll::Ready(Ok(Response::from_parts(parts, ResponseBody::new(source, guard))))
    }
}

/// A response, by who made it.
enum Made<B> {
    App(Response<B>),
    Ours(Response<Full<Bytes>>),
}

impl<S, B> Work<S, S::Future>
where
    S: Service<Request<RequestBody>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Made<B>> {
        loop {
            let called = match self.as_mut().project() {
                WorkProj::Running { future } => {
                    return Poll::Ready(match ready!(future.poll(cx)) {
                        Ok(response) => Made::App(response),
                        Err(error) => failed(error),
                    });
                }
                WorkProj::Waiting { app, request, late } => {
                    if mem::take(late) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    if let Err(error) = ready!(app.poll_ready(cx)) {
                        return Poll::Ready(failed(error));
                    }
                    app.call(request.take().expect("called once"))
                }
                WorkProj::Refused => return Poll::Ready(Made::Ours(health::response(true))),
            };
            self.set(Self::Running { future: called });
        }
    }
}

fn failed<B>(error: impl Into<BoxError>) -> Made<B> {
    let error: BoxError = error.into();
    tracing::error!(%error, "the application failed");
    Made::Ours(internal_error())
}

fn internal_error() -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Says in the head of an HTTP/1 response what becomes of the connection. `tunnel`: the request was
/// a CONNECT.
#[inline]
fn say_in(head: &mut Parts, announces_close: bool, conn: &Conn, tunnel: bool) {
    if head.status == StatusCode::SWITCHING_PROTOCOLS || (tunnel && head.status.is_success()) {
        conn.upgraded();
    } else if announces_close {
        // hyper closes the connection after an answer that says so.
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}
