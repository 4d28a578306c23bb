use std::task::{Context, Poll};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::ShutdownHandle;

/// Puts a [`ShutdownHandle`] into the extensions of every request.
///
/// For servers other than [`serve`](crate::serve()), which does this by itself. A handle that a
/// request already carries is replaced.
#[derive(Clone, Debug)]
pub struct ShutdownHandleLayer {
    shutdown: ShutdownHandle,
}

impl ShutdownHandleLayer {
    /// Inserts this handle.
    #[must_use]
    pub fn new(shutdown: ShutdownHandle) -> Self {
        Self { shutdown }
    }
}

impl<S> Layer<S> for ShutdownHandleLayer {
    type Service = WithShutdownHandle<S>;

    fn layer(&self, inner: S) -> WithShutdownHandle<S> {
        WithShutdownHandle { inner, shutdown: self.shutdown.clone() }
    }
}

/// A service whose requests carry a [`ShutdownHandle`], created by [`ShutdownHandleLayer`].
#[derive(Clone, Debug)]
pub struct WithShutdownHandle<S> {
    inner: S,
    shutdown: ShutdownHandle,
}

impl<S, B> Service<Request<B>> for WithShutdownHandle<S>
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
        request.extensions_mut().insert(self.shutdown.clone());
        self.inner.call(request)
    }
}
