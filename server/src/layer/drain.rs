use std::task::{Context, Poll};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::Drain;

/// Puts a [`Drain`] into the extensions of every request.
///
/// For servers other than [`serve`](crate::serve()), which does it by itself; one that requests
/// carry already is replaced.
#[derive(Clone, Debug)]
pub struct DrainLayer {
    drain: Drain,
}

impl DrainLayer {
    /// With this handle.
    #[must_use]
    pub fn new(drain: Drain) -> Self {
        Self { drain }
    }
}

impl<S> Layer<S> for DrainLayer {
    type Service = WithDrain<S>;

    fn layer(&self, inner: S) -> WithDrain<S> {
        WithDrain { inner, drain: self.drain.clone() }
    }
}

/// A service whose requests carry a [`Drain`]. Made by [`DrainLayer`].
#[derive(Clone, Debug)]
pub struct WithDrain<S> {
    inner: S,
    drain: Drain,
}

impl<S, B> Service<Request<B>> for WithDrain<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        request.extensions_mut().insert(self.drain.clone());
        self.inner.call(request)
    }
}
