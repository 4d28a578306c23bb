use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde::Serialize;
use serde_json::{Map, Value};

use super::JobStore;
use crate::ShutdownHandle;

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The contract over a store: `GET /health` and `POST /work`.
pub fn router<S: JobStore>(store: S, shutdown: ShutdownHandle) -> Router {
    Router::new()
        .route("/health", crate::health(shutdown))
        .route("/work", post(work::<S>))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(store)
}

#[derive(Serialize)]
struct Problem {
    error: String,
}

/// Reads the body as JSON whatever its content type is. An unambiguous body need not be refused.
async fn work<S: JobStore>(State(store): State<S>, body: Bytes) -> Response {
    // Parsed as a map, because serde would accept an array for a struct: `["x"]` would be a job.
    let fields = match serde_json::from_slice::<Map<String, Value>>(&body) {
        Ok(fields) => fields,
        Err(error) if error.is_data() => {
            return problem(StatusCode::UNPROCESSABLE_ENTITY, format!("not a job: {error}"));
        }
        Err(error) => return problem(StatusCode::BAD_REQUEST, format!("not JSON: {error}")),
    };
    let Some(Value::String(name)) = fields.get("name") else {
        let error = "not a job: `name` must be a string".to_owned();
        return problem(StatusCode::UNPROCESSABLE_ENTITY, error);
    };
    // Postgres cannot store a NUL character. That is the client's fault, not the store's.
    if name.contains('\0') {
        let error = "the name contains a NUL character".to_owned();
        return problem(StatusCode::UNPROCESSABLE_ENTITY, error);
    }
    match store.create(name).await {
        Ok(job) => (StatusCode::CREATED, Json(job)).into_response(),
        Err(error) => {
            tracing::error!(%error, "work failed");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "the job could not be stored".to_owned())
        }
    }
}

fn problem(status: StatusCode, error: String) -> Response {
    (status, Json(Problem { error })).into_response()
}
