use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Body;
use http_body_util::{Either, Full};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::oneshot::Oneshot;
use crate::{ShutdownHandle, health};

/// Answers the health route before the inner service sees the request.
///
/// `GET /health` is answered with 200 `{"status":"ok"}`, and from the signal on with 503
/// `{"status":"shutting_down"}`. Every other request goes to the inner service.
///
/// Health is answered at once even while the inner service is busy. Each other request polls the
/// readiness of its own clone of the inner service. So place this layer outside of layers that
/// limit or shed load. With axum, the route `lastorders::health` does the same.
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::{Request, Response, StatusCode};
/// use http_body_util::{Empty, Full};
/// use lastorders::{ShutdownHandle, layer::HealthLayer};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let shutdown = ShutdownHandle::new();
/// let hello = service_fn(|_: Request<Empty<Bytes>>| async {
///     Ok::<_, Infallible>(Response::new(Full::from("hello")))
/// });
/// let app = HealthLayer::new(shutdown.clone()).path("/healthz").layer(hello);
///
/// let ask = || Request::get("/healthz").body(Empty::<Bytes>::new()).unwrap();
/// assert_eq!(app.clone().oneshot(ask()).await.unwrap().status(), StatusCode::OK);
/// shutdown.begin();
/// assert_eq!(app.oneshot(ask()).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct HealthLayer {
    shutdown: ShutdownHandle,
    path: Cow<'static, str>,
}

impl HealthLayer {
    /// Answers on the path `/health`, by the state of this handle.
    #[must_use]
    pub fn new(shutdown: ShutdownHandle) -> Self {
        Self { shutdown, path: Cow::Borrowed("/health") }
    }

    /// Answers on another path. The path is compared literally with the request's.
    #[must_use]
    pub fn path(self, path: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.into(), ..self }
    }
}

impl<S> Layer<S> for HealthLayer {
    type Service = WithHealth<S>;

    fn layer(&self, inner: S) -> WithHealth<S> {
        WithHealth { inner, layer: self.clone() }
    }
}

/// A service with a health route, created by [`HealthLayer`].
#[derive(Clone, Debug)]
pub struct WithHealth<S> {
    inner: S,
    layer: HealthLayer,
}

impl<S, Q, B> Service<Request<Q>> for WithHealth<S>
where
    S: Service<Request<Q>, Response = Response<B>> + Clone,
    B: Body<Data = Bytes>,
{
    type Response = Response<Either<Full<Bytes>, B>>;
    type Error = S::Error;
    type Future = HealthFuture<S, Request<Q>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let HealthLayer { shutdown, path } = &self.layer;
        // A HEAD request gets the same head, and the server omits the body.
        let asks = matches!(*request.method(), Method::GET | Method::HEAD);
        let kind = if asks && request.uri().path() == path {
            Kind::Health { draining: shutdown.is_draining() }
        } else {
            Kind::Inner { answer: Oneshot::new(self.inner.clone(), request) }
        };
        HealthFuture { kind }
    }
}

pin_project! {
    /// The response future of a [`WithHealth`].
    #[derive(Debug)]
    pub struct HealthFuture<S: Service<R>, R> {
        #[pin]
        kind: Kind<S, R>,
    }
}

pin_project! {
    #[project = KindProj]
    #[derive(Debug)]
    enum Kind<S: Service<R>, R> {
        Health { draining: bool },
        Inner { #[pin] answer: Oneshot<S, R> },
    }
}

impl<S, R, B> Future for HealthFuture<S, R>
where
    S: Service<R, Response = Response<B>>,
{
    type Output = Result<Response<Either<Full<Bytes>, B>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().kind.project() {
            KindProj::Health { draining } => {
                Ok(health::response(*draining).map(|body| Either::Left(Full::from(body))))
            }
            KindProj::Inner { answer } => {
                ready!(answer.poll(cx)).map(|response| response.map(Either::Right))
            }
        })
    }
}
