use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

use crate::Drain;

/// The health route: 200 `{"status":"ok"}`, and from the signal on 503
/// `{"status":"shutting_down"}`.
///
/// It asks nothing and nobody but the drain, so it answers at once however busy the service is.
///
/// ```
/// let drain = lastorders::Drain::new();
/// let app: axum::Router = axum::Router::new().route("/health", lastorders::health(drain.clone()));
/// # drop(app);
/// ```
pub fn health<S>(drain: Drain) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move || {
        let draining = drain.is_draining();
        async move { answer(draining) }
    })
}

fn answer(draining: bool) -> Response {
    let (status, body) = if draining {
        (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"shutting_down"}"#)
    } else {
        (StatusCode::OK, r#"{"status":"ok"}"#)
    };
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
