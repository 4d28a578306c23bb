use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::response::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::BoxError;
use super::body::{CountedBody, Flight, Source};
use crate::buggify::{Site, buggify};
use crate::drain::ShutdownFlags;
use crate::health;
use crate::injected::{InjectedBug, injected};
use crate::state::Conn;

pin_project! {
    /// The answer to one request: the application's, or our own when it was refused or the
    /// application failed.
    pub(super) struct Answer<S, F> {
        #[pin]
        from: From<S, F>,
        // Taken when the answer is ready.
        flight: Option<Flight>,
        tunnel: bool,
    }
}

pin_project! {
    #[project = FromProj]
    enum From<S, F> {
        // Taken when the application is ready for it, after a turn if it is `late`.
        Request { app: S, request: Option<Request<Incoming>>, late: bool },
        App { #[pin] future: F },
        Refused,
    }
}

impl<S, F> Answer<S, F> {
    /// The application's answer.
    pub(super) fn of(app: S, request: Request<Incoming>, flight: Flight) -> Self {
        let tunnel = request.method() == Method::CONNECT;
        let late = buggify(Site::HandlerLate);
        let from = From::Request { app, request: Some(request), late };
        Self { from, flight: Some(flight), tunnel }
    }

    /// 503: not executed.
    pub(super) fn refuse(flight: Flight) -> Self {
        Self { from: From::Refused, flight: Some(flight), tunnel: false }
    }
}

impl<S, B> Future for Answer<S, S::Future>
where
    S: Service<Request<Incoming>, Response = Response<B>>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    S::Error: Into<BoxError>,
{
    type Output = Result<Response<CountedBody<B>>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // A stream's handler is a task of its own, whose first turn may come when its connection
        // has gone. Nobody would hear the answer, and the client may send the request again.
        let is_mute = this.flight.as_ref().is_some_and(|flight| flight.conn().is_mute());
        if is_mute && matches!(*this.from, From::Request { .. }) {
            this.from.set(From::Refused);
        }
        let mut polled = Poll::Pending;
        let caught = catch_unwind(AssertUnwindSafe(|| polled = this.from.as_mut().poll(cx)));
        let given = match caught {
            Ok(()) => ready!(polled),
            // The panic's message is the panic hook's to print.
            Err(_) => Given::Ours(internal_error()),
        };
        let mut flight = this.flight.take().expect("polled after it was ready");
        let (mut parts, source) = match given {
            Given::App(response) => {
                let (parts, body) = response.into_parts();
                (parts, Source::App { body })
            }
            Given::Ours(response) => {
                let (parts, body) = response.into_parts();
                (parts, Source::Ours { body })
            }
        };
        announce(&mut parts, flight.conn(), *this.tunnel);
        flight.answered();
        Poll::Ready(Ok(Response::from_parts(parts, CountedBody::new(source, flight))))
    }
}

/// What an answer is made of.
enum Given<B> {
    App(Response<B>),
    Ours(Response<Full<Bytes>>),
}

impl<S, B> From<S, S::Future>
where
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Given<B>> {
        loop {
            let called = match self.as_mut().project() {
                FromProj::App { future } => {
                    return Poll::Ready(match ready!(future.poll(cx)) {
                        Ok(response) => Given::App(response),
                        Err(error) => failed(error),
                    });
                }
                FromProj::Request { app, request, late } => {
                    if mem::take(late) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    if let Err(error) = ready!(app.poll_ready(cx)) {
                        return Poll::Ready(failed(error));
                    }
                    app.call(request.take().expect("called once"))
                }
                FromProj::Refused => return Poll::Ready(Given::Ours(health::response(true))),
            };
            self.set(Self::App { future: called });
        }
    }
}

fn failed<B>(error: impl Into<BoxError>) -> Given<B> {
    let error: BoxError = error.into();
    tracing::error!(%error, "the application failed");
    Given::Ours(internal_error())
}

fn internal_error() -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Says in the head what becomes of the connection. `tunnel`: the request was a CONNECT.
fn announce(head: &mut Parts, conn: &Conn, tunnel: bool) {
    if conn.is_http2() {
        return;
    }
    if head.status == StatusCode::SWITCHING_PROTOCOLS || (tunnel && head.status.is_success()) {
        conn.upgraded();
        if injected(InjectedBug::UpgradedForgotten) {
            conn.gone();
        }
    } else if conn.shared().flags().has(ShutdownFlags::ANNOUNCE_CLOSE)
        && !injected(InjectedBug::NoConnectionClose)
    {
        // hyper closes the connection after an answer that says so.
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}
