use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use tower_layer::Layer;
use tower_service::Service;

use super::host_map::HostMap;
use super::process::Opened;
use super::sim_context::SimContext;
use super::sim_event::SimEvent;
use crate::engine::Net;
use crate::trace::{self, Kind};

/// Records the calls of the application and their ends.
pub(crate) struct Calls<N> {
    sim: Arc<SimContext<N>>,
    count: Arc<AtomicU64>,
}

impl<N> Calls<N> {
    pub(crate) fn new(sim: &Arc<SimContext<N>>) -> Self {
        Self { sim: Arc::clone(sim), count: Arc::default() }
    }
}

impl<N> Clone for Calls<N> {
    fn clone(&self) -> Self {
        Self { sim: Arc::clone(&self.sim), count: Arc::clone(&self.count) }
    }
}

impl<N, S> Layer<S> for Calls<N> {
    type Service = Called<N, S>;

    fn layer(&self, inner: S) -> Called<N, S> {
        Called { calls: self.clone(), inner }
    }
}

/// A service that records its calls.
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
    S: Service<Request, Response = Response, Error: 'static>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let sim = Arc::clone(&self.calls.sim);
        if sim.process.exit().is_some() {
            // The process has ended. Its tasks still exist, but must not run.
            return Box::pin(pending());
        }
        let call = self.calls.count.fetch_add(1, Ordering::Relaxed) + 1;
        let line = format!("{} {}", request.method(), request.uri().path());
        let headless = request.method() == Method::HEAD;
        let from = sim.net.marked().and_then(|number| sim.hosts.numbered(number));
        let number = from.as_ref().map_or(trace::NO_CONNECTION, |conn| conn.number);
        let conn = from.map_or_else(|| "?".into(), |conn| conn.name);
        trace::record(HostMap::SERVER.0, Kind::CallBegan, number, call, 0);
        sim.hosts.call_began(number);
        sim.inside(SimEvent::Began { call, conn, line });
        let call = Call { sim, call, number };
        let end = End(call.open(|call| call.ended(None)));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            end.0.close(|call| call.ended(Some(answer.status().as_u16())));
            Ok(answer.map(|body| Body::new(Watched::new(body, &call, headless))))
        })
    }
}

/// A call of the application.
struct Call<N> {
    sim: Arc<SimContext<N>>,
    call: u64,
    number: u16,
}

impl<N> Clone for Call<N> {
    fn clone(&self) -> Self {
        Self { sim: Arc::clone(&self.sim), ..*self }
    }
}

impl<N: Send + Sync + 'static> Call<N> {
    fn ended(&self, status: Option<u16>) {
        let code = status.map_or(0, u64::from);
        trace::record(HostMap::SERVER.0, Kind::CallEnded, self.number, self.call, code);
        self.sim.hosts.call_ended(self.number);
        self.sim.inside(SimEvent::Ended { call: self.call, status });
    }

    fn written(&self, whole: bool) {
        trace::record(HostMap::SERVER.0, Kind::CallWritten, self.number, self.call, whole.into());
        self.sim.inside(SimEvent::Written { call: self.call, whole });
    }

    /// Registers an open part of the call with the process. Records `cut` if the process ends
    /// first.
    fn open(&self, cut: impl FnOnce(&Self) + Send + 'static) -> Part<N> {
        let Self { call, number, .. } = *self;
        // The context owns the process, so the process must not own the context.
        let sim = Arc::downgrade(&self.sim);
        let opened = self.sim.process.open(move || {
            if let Some(sim) = sim.upgrade() {
                cut(&Self { sim, call, number });
            }
        });
        Part { call: self.clone(), opened }
    }
}

/// An open part of a call, until it is closed or the process ends.
struct Part<N> {
    call: Call<N>,
    opened: Opened,
}

impl<N> Part<N> {
    /// Closes the part, and records this if the process has not done so.
    fn close(&self, say: impl FnOnce(&Call<N>)) {
        if self.call.sim.process.close(self.opened) {
            say(&self.call);
        }
    }
}

/// Records the end of a handler, also when the handler is dropped.
struct End<N: Send + Sync + 'static>(Part<N>);

impl<N: Send + Sync + 'static> Drop for End<N> {
    fn drop(&mut self) {
        self.0.close(|call| call.ended(None));
    }
}

/// A body that records whether it was written completely or dropped.
struct Watched<N: Send + Sync + 'static> {
    body: Body,
    /// Whether the request asked for the head only, so that no task polls the body.
    headless: bool,
    part: Part<N>,
}

impl<N: Send + Sync + 'static> Watched<N> {
    fn new(body: Body, call: &Call<N>, headless: bool) -> Self {
        let whole = headless || nothing_left(&body);
        Self { body, headless, part: call.open(move |call| call.written(whole)) }
    }

    fn over(&self, whole: bool) {
        self.part.close(|call| call.written(whole));
    }
}

fn nothing_left(body: &Body) -> bool {
    body.is_end_stream() || body.size_hint().exact() == Some(0)
}

impl<N: Send + Sync + 'static> Drop for Watched<N> {
    fn drop(&mut self) {
        self.over(self.headless || nothing_left(&self.body));
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
