use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;

use super::BoxError;
use super::body::{CountedBody, Flight, Source};
use super::shared::Orders;

/// What a refused request is answered with.
const SHUTTING_DOWN: &str = r#"{"status":"shutting_down"}"#;

pin_project! {
    /// The answer to one request: the application's, or our own when it was refused or the
    /// application failed.
    pub(super) struct Answer<F> {
        #[pin]
        from: From<F>,
        // Taken when the answer is ready.
        flight: Option<Flight>,
        tunnel: bool,
    }
}

pin_project! {
    #[project = FromProj]
    enum From<F> {
        App { #[pin] future: F },
        Refused,
    }
}

impl<F> Answer<F> {
    /// The application's answer. `tunnel` says that the request was a CONNECT.
    pub(super) fn from(future: F, flight: Flight, tunnel: bool) -> Self {
        Self { from: From::App { future }, flight: Some(flight), tunnel }
    }

    /// 503: not executed.
    pub(super) fn refuse(flight: Flight) -> Self {
        Self { from: From::Refused, flight: Some(flight), tunnel: false }
    }
}

impl<F, B, E> Future for Answer<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    E: Into<BoxError>,
{
    type Output = Result<Response<CountedBody<B>>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = match this.from.project() {
            FromProj::Refused => own(StatusCode::SERVICE_UNAVAILABLE, SHUTTING_DOWN),
            FromProj::App { future } => {
                match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(Ok(response))) => response.map(|body| Source::App { body }),
                    Ok(Poll::Ready(Err(error))) => {
                        let error: BoxError = error.into();
                        tracing::error!(%error, "the application failed");
                        own(StatusCode::INTERNAL_SERVER_ERROR, "")
                    }
                    // The panic's message is the panic hook's to print.
                    Err(_) => own(StatusCode::INTERNAL_SERVER_ERROR, ""),
                }
            }
        };
        let flight = this.flight.take().expect("polled after it was ready");
        Poll::Ready(Ok(finish(response, flight, *this.tunnel)))
    }
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
