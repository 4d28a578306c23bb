use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::routing::{get, post};
use futures_util::stream;
use hyper_util::rt::TokioIo;
use lastorders::ShutdownHandle;
use tokio::sync::Semaphore;

/// State of the application that tests see.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Held requests wait for a permit.
    pub(super) gate: Arc<Semaphore>,
    /// Number of finished jobs.
    pub(super) jobs: Arc<AtomicUsize>,
}

/// * `GET /health`
/// * `POST /work`: finishes at once
/// * `GET /held`: waits at the gate
/// * `GET /slow`: sends the head at once and the body after a second
/// * `GET /upgrade`: echoes
pub(super) fn app(drain: ShutdownHandle) -> (Router, Seen) {
    let seen = Seen { gate: Arc::new(Semaphore::new(0)), jobs: Arc::default() };
    let gate = Arc::clone(&seen.gate);
    let held = || async move {
        gate.acquire().await.expect("never closed").forget();
        "held"
    };
    let jobs = Arc::clone(&seen.jobs);
    let work = |_: Bytes| async move {
        jobs.fetch_add(1, Ordering::Relaxed);
        StatusCode::CREATED
    };
    let router = Router::new()
        .route("/health", lastorders::health(drain))
        .route("/work", post(work))
        .route("/held", get(held))
        .route("/slow", get(slow))
        .route("/upgrade", get(upgrade));
    (router, seen)
}

async fn slow() -> Body {
    Body::from_stream(stream::once(async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, Infallible>("slow")
    }))
}

async fn upgrade(mut request: Request) -> (StatusCode, HeaderMap) {
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let Ok(io) = upgraded.await else { return };
        let (mut read, mut write) = tokio::io::split(TokioIo::new(io));
        let _ = tokio::io::copy(&mut read, &mut write).await;
    });
    let mut head = HeaderMap::new();
    head.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    head.insert(header::UPGRADE, HeaderValue::from_static("echo"));
    (StatusCode::SWITCHING_PROTOCOLS, head)
}
