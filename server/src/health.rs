#[cfg(feature = "axum")]
use axum::routing::{MethodRouter, get};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

#[cfg(feature = "axum")]
use crate::handle::ShutdownHandle;

/// The health route: answers 200 `{"status":"ok"}`, and from the signal on 503
/// `{"status":"shutting_down"}`.
///
/// The answer depends on the handle only, so it comes at once even when the service is busy.
///
/// ```
/// let shutdown = lastorders::ShutdownHandle::new();
/// let health = lastorders::health(shutdown.clone());
/// let app: axum::Router = axum::Router::new().route("/health", health);
/// # drop(app);
/// ```
#[cfg(feature = "axum")]
pub fn health<S>(shutdown: ShutdownHandle) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move || {
        let response = response(shutdown.is_draining());
        async move { response.map(axum::body::Body::from) }
    })
}

/// The contract of the health route. A refused request gets the same answer as the health route.
pub(crate) fn response(draining: bool) -> Response<&'static str> {
    let (status, body) = if draining {
        (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"shutting_down"}"#)
    } else {
        (StatusCode::OK, r#"{"status":"ok"}"#)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
