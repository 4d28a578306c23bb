#[cfg(feature = "axum")]
use axum::routing::{MethodRouter, get};
use http::StatusCode;
#[cfg(feature = "axum")]
use http::header::CONTENT_TYPE;

#[cfg(feature = "axum")]
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
#[cfg(feature = "axum")]
pub fn health<S>(drain: Drain) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move || {
        let (status, body) = state(drain.is_draining());
        async move { (status, [(CONTENT_TYPE, "application/json")], body) }
    })
}

/// The contract of the health route: the status, and the body, which is JSON.
pub(crate) fn state(draining: bool) -> (StatusCode, &'static str) {
    if draining {
        (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"shutting_down"}"#)
    } else {
        (StatusCode::OK, r#"{"status":"ok"}"#)
    }
}
