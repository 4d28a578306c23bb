use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use lastorders_harness::history::Inside;
use tower_layer::Layer;
use tower_service::Service;

use super::cast::Cast;
use super::scene::Scene;
use crate::engine::Net;
use crate::trace::{self, Kind};

/// Takes down what the application is given and what becomes of it.
pub(crate) struct Calls<N> {
    scene: Arc<Scene<N>>,
    count: Arc<AtomicU64>,
}

impl<N> Calls<N> {
    pub(crate) fn new(scene: &Arc<Scene<N>>) -> Self {
        Self { scene: Arc::clone(scene), count: Arc::default() }
    }
}

impl<N> Clone for Calls<N> {
    fn clone(&self) -> Self {
        Self { scene: Arc::clone(&self.scene), count: Arc::clone(&self.count) }
    }
}

impl<N, S> Layer<S> for Calls<N> {
    type Service = Called<N, S>;

    fn layer(&self, inner: S) -> Called<N, S> {
        Called { calls: self.clone(), inner }
    }
}

/// A service under [`Calls`].
pub(crate) struct Called<N, S> {
    calls: Calls<N>,
    inner: S,
}

impl<N, S: Clone> Clone for Called<N, S> {
    fn clone(&self) -> Self {
        Self { calls: self.calls.clone(), inner: self.inner.clone() }
    }
}

impl<N, S> Service<Request> for Called<N, S>
where
    N: Net,
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let scene = Arc::clone(&self.calls.scene);
        let call = self.calls.count.fetch_add(1, Ordering::Relaxed) + 1;
        let line = format!("{} {}", request.method(), request.uri().path());
        let headless = request.method() == Method::HEAD;
        let from = scene.net.marked().and_then(|number| scene.cast.numbered(number));
        let number = from.as_ref().map_or(trace::NO_CONNECTION, |conn| conn.number);
        let conn = from.map_or_else(|| "?".to_owned(), |conn| conn.name);
        trace::record(Cast::SERVER.0, Kind::CallBegan, number, call, 0);
        scene.cast.call_began(number);
        scene.inside(Inside::Began { call, conn, line });
        let mut end = End { scene, call, number, over: false };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            end.over(Some(answer.status().as_u16()));
            Ok(answer.map(|body| Body::new(Watched { body, end, headless, over: false })))
        })
    }
}

/// Says when a call is over, if only because it is dropped.
struct End<N> {
    scene: Arc<Scene<N>>,
    call: u64,
    number: u16,
    over: bool,
}

impl<N> End<N> {
    fn over(&mut self, status: Option<u16>) {
        self.over = true;
        let Self { call, number, .. } = *self;
        let code = status.map_or(0, u64::from);
        trace::record(Cast::SERVER.0, Kind::CallEnded, number, call, code);
        self.scene.cast.call_ended(number);
        self.scene.inside(Inside::Ended { call, status });
    }
}

impl<N> Drop for End<N> {
    fn drop(&mut self) {
        if !self.over {
            self.over(None);
        }
    }
}

/// A body that says when it was wholly taken, or dropped before that.
struct Watched<N> {
    body: Body,
    end: End<N>,
    /// Whether nobody takes it, because it was only asked for the head.
    headless: bool,
    over: bool,
}

impl<N> Watched<N> {
    fn over(&mut self, whole: bool) {
        if self.over {
            return;
        }
        self.over = true;
        let End { call, number, .. } = self.end;
        trace::record(Cast::SERVER.0, Kind::CallWritten, number, call, whole.into());
        self.end.scene.inside(Inside::Written { call, whole });
    }
}

impl<N> Drop for Watched<N> {
    fn drop(&mut self) {
        let nothing_left = self.body.is_end_stream() || self.body.size_hint().exact() == Some(0);
        self.over(self.headless || nothing_left);
    }
}

impl<N: Send + Sync + 'static> HttpBody for Watched<N> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(_))) if self.body.is_end_stream() => self.over(true),
            Poll::Ready(None) => self.over(true),
            Poll::Ready(Some(_)) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
