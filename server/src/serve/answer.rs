use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::BoxError;
use super::body::{CountedBody, Flight, Source};
use super::shared::Orders;

/// What a refused request is answered with.
const SHUTTING_DOWN: &str = r#"{"status":"shutting_down"}"#;

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
        App { #[pin] future: F },
        // In a box, so that it does not make the others larger.
        Unready { app: Box<(S, Option<Request<Incoming>>)> },
        Refused,
        Panicked,
    }
}

impl<S, F> Answer<S, F> {
    /// The application's answer. `tunnel` says that the request was a CONNECT.
    pub(super) fn from(future: F, flight: Flight, tunnel: bool) -> Self {
        Self { from: From::App { future }, flight: Some(flight), tunnel }
    }

    /// The application's answer, once it is ready for the request.
    pub(super) fn when_ready(
        app: S,
        request: Request<Incoming>,
        flight: Flight,
        tunnel: bool,
    ) -> Self {
        let app = Box::new((app, Some(request)));
        Self { from: From::Unready { app }, flight: Some(flight), tunnel }
    }

    /// 503: not executed.
    pub(super) fn refuse(flight: Flight) -> Self {
        Self { from: From::Refused, flight: Some(flight), tunnel: false }
    }

    /// 500: the panic's message is the panic hook's to print.
    pub(super) fn panicked(flight: Flight) -> Self {
        Self { from: From::Panicked, flight: Some(flight), tunnel: false }
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
        let polled = catch_unwind(AssertUnwindSafe(|| this.from.as_mut().poll(cx)));
        let response = match polled {
            Ok(polled) => ready!(polled),
            Err(_) => own(StatusCode::INTERNAL_SERVER_ERROR, ""),
        };
        let flight = this.flight.take().expect("polled after it was ready");
        Poll::Ready(Ok(finish(response, flight, *this.tunnel)))
    }
}

impl<S, B> From<S, S::Future>
where
    S: Service<Request<Incoming>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<Source<B>>> {
        loop {
            let called = match self.as_mut().project() {
                FromProj::App { future } => {
                    return Poll::Ready(match ready!(future.poll(cx)) {
                        Ok(response) => response.map(|body| Source::App { body }),
                        Err(error) => failed(error),
                    });
                }
                FromProj::Unready { app } => {
                    let (app, request) = &mut **app;
                    if let Err(error) = ready!(app.poll_ready(cx)) {
                        return Poll::Ready(failed(error));
                    }
                    app.call(request.take().expect("called once"))
                }
                FromProj::Refused => {
                    return Poll::Ready(own(StatusCode::SERVICE_UNAVAILABLE, SHUTTING_DOWN));
                }
                FromProj::Panicked => {
                    return Poll::Ready(own(StatusCode::INTERNAL_SERVER_ERROR, ""));
                }
            };
            self.set(Self::App { future: called });
        }
    }
}

fn failed<B>(error: impl Into<BoxError>) -> Response<Source<B>> {
    let error: BoxError = error.into();
    tracing::error!(%error, "the application failed");
    own(StatusCode::INTERNAL_SERVER_ERROR, "")
}

fn own<B>(status: StatusCode, body: &'static str) -> Response<Source<B>> {
    let mut response = Response::new(Source::Ours { body: Full::from(body) });
    *response.status_mut() = status;
    if !body.is_empty() {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}

fn finish<B>(
    mut response: Response<Source<B>>,
    mut flight: Flight,
    tunnel: bool,
) -> Response<CountedBody<B>> {
    let conn = flight.conn();
    if !conn.is_http2() {
        let status = response.status();
        if status == StatusCode::SWITCHING_PROTOCOLS || (tunnel && status.is_success()) {
            conn.upgraded();
        } else if conn.shared().orders().has(Orders::ANNOUNCE_CLOSE) {
            // hyper closes the connection after an answer that says so.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    flight.answered();
    response.map(|source| CountedBody::new(source, flight))
}
