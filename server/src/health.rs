#[cfg(feature = "axum")]
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

#[cfg(feature = "axum")]
use crate::ShutdownHandle;

/// The health route: 200 `{"status":"ok"}`, and from the signal on 503
/// `{"status":"shutting_down"}`.
///
/// It asks nothing and nobody but the drain, so it answers at once however busy the service is.
///
/// ```
/// let drain = lastorders::ShutdownHandle::new();
/// let app: axum::Router = axum::Router::new().route("/health", lastorders::health(drain.clone()));
/// # drop(app);
/// ```
#[cfg(feature = "axum")]
pub fn health<S>(drain: ShutdownHandle) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move || {
        let response = response(drain.is_draining());
        async move { response.map(axum::body::Body::new) }
    })
}

/// The contract of the health route. Whoever is refused work is answered as it answers then.
pub(crate) fn response(draining: bool) -> Response<Full<Bytes>> {
    let (status, body) = if draining {
        (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"shutting_down"}"#)
    } else {
        (StatusCode::OK, r#"{"status":"ok"}"#)
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
