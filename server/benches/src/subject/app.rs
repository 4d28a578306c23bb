use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};

/// The server prints this when a request to `/seen` is in flight.
pub const SEEN: &str = "in flight";

/// The application that every subject serves.
///
/// * `GET /`: 200, `hello`
/// * `POST /work`: reads the body; 201, `{"id":"1"}`, counted up
/// * `GET /bytes/{n}`: 200, `n` zero bytes
/// * `GET /slow/{ms}`: 200, `slow`, after `ms` milliseconds
/// * `GET /seen/{ms}`: like `/slow`, but first the server prints [`SEEN`]. So the program that
///   started the server knows that the request is in flight.
pub fn app() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/work", post(work))
        .route("/bytes/{n}", get(|Path(n): Path<usize>| async move { vec![0; n] }))
        .route("/slow/{ms}", get(slow))
        .route("/seen/{ms}", get(seen))
        .with_state(Arc::default())
}

async fn work(State(jobs): State<Arc<AtomicU64>>, _body: Bytes) -> impl IntoResponse {
    let id = jobs.fetch_add(1, Ordering::Relaxed) + 1;
    let json = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::CREATED, json, format!(r#"{{"id":"{id}"}}"#))
}

async fn seen(ms: Path<u64>) -> &'static str {
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(io::stdout(), "{SEEN}");
    slow(ms).await
}

async fn slow(Path(ms): Path<u64>) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "slow"
}
