use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use futures_util::stream;
use tokio::sync::Semaphore;

use crate::ShutdownHandle;

/// Holds handlers until they are let go, and counts the handlers that have begun.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    permits: Arc<Semaphore>,
    reached: Arc<AtomicUsize>,
    waiting: Arc<()>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(0)),
            reached: Arc::default(),
            waiting: Arc::default(),
        }
    }

    /// A service whose `/held` waits at the gate, and whose `/` and `/health` do not.
    pub(crate) fn app(&self, shutdown: ShutdownHandle) -> Router {
        let gate = self.clone();
        let held = move || async move {
            gate.pass().await;
            "held"
        };
        let gate = self.clone();
        let free = move || async move {
            gate.count();
            "free"
        };
        Router::new()
            .route("/held", axum::routing::get(held).post(|_: String| async { "read" }))
            .route("/", axum::routing::get(free))
            .route("/health", crate::health(shutdown))
    }

    /// A route that sends its head at once, without `Connection: close`, and whose body waits here.
    pub(crate) fn slow_body(&self) -> axum::routing::MethodRouter {
        let gate = self.clone();
        axum::routing::get(move || async move {
            let end = stream::once(async move {
                gate.pass().await;
                Ok::<_, std::convert::Infallible>("end")
            });
            axum::body::Body::from_stream(end)
        })
    }

    fn count(&self) {
        self.reached.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) async fn pass(&self) {
        self.count();
        let _waiting = Arc::clone(&self.waiting);
        self.permits.acquire().await.expect("open").forget();
    }

    pub(crate) fn let_go(&self, n: usize) {
        self.permits.add_permits(n);
    }

    /// How many handlers are waiting at the gate.
    pub(crate) fn waiting(&self) -> usize {
        Arc::strong_count(&self.waiting) - Arc::strong_count(&self.permits)
    }

    /// How many handlers have begun.
    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::Relaxed)
    }
}
