use std::fmt;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::ShutdownHandle;

/// Extracts the handle of the server that received the request; see [`ShutdownHandle`] for an
/// example.
///
/// `Option<ShutdownHandle>` is `None` where this extractor rejects.
impl<S: Send + Sync> FromRequestParts<S> for ShutdownHandle {
    type Rejection = NoShutdownHandle;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoShutdownHandle> {
        of(parts).ok_or(NoShutdownHandle)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for ShutdownHandle {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(of(parts))
    }
}

/// The handle that a layer has put into the request, or else that of the server.
fn of(parts: &Parts) -> Option<ShutdownHandle> {
    parts.extensions.get().cloned().or_else(ShutdownHandle::current)
}

/// A handler extracts [`ShutdownHandle`], but its request carries none. As a response this is a 500
/// whose body says how to fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoShutdownHandle;

impl fmt::Display for NoShutdownHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "cannot extract `ShutdownHandle`: the request did not come through \
             `lastorders::serve`; serve the application with it, or wrap it in \
             `lastorders::layer::ShutdownHandleLayer`",
        )
    }
}

impl std::error::Error for NoShutdownHandle {}

impl IntoResponse for NoShutdownHandle {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::layer::ShutdownHandleLayer;
    use crate::testing::Rig;

    fn app() -> Router {
        let waits = |shutdown: ShutdownHandle| async move {
            shutdown.draining().await;
            "drained"
        };
        let optional = |shutdown: Option<ShutdownHandle>| async move {
            shutdown.map_or("none", |_| "some").to_owned()
        };
        Router::new().route("/waits", get(waits)).route("/optional", get(optional))
    }

    async fn ask(app: Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = app.oneshot(request).await.expect("infallible");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test(start_paused = true)]
    async fn extractor_gives_the_handle_of_the_server() {
        let mut rig = Rig::new(crate::Policy::default(), app());
        let mut client = rig.connect();
        client.get("/optional").await;
        assert_eq!(client.answer().await.body, "some");
        client.get("/waits").await;
        assert!(client.is_quiet().await);
        rig.terminate().await;
        assert_eq!(client.answer().await.body, "drained");
        drop(client);
        assert!(rig.report().await.clean);
    }

    #[tokio::test]
    async fn extractor_gives_the_handle_of_the_layer() {
        let shutdown = ShutdownHandle::new();
        shutdown.begin();
        let app = app().layer(ShutdownHandleLayer::new(shutdown));
        assert_eq!(ask(app.clone(), "/waits").await, (200, "drained".to_owned()));
        assert_eq!(ask(app, "/optional").await, (200, "some".to_owned()));
    }

    #[tokio::test]
    async fn extractor_without_server_or_layer_answers_500_with_the_fix() {
        let (status, text) = ask(app(), "/waits").await;
        assert_eq!(status, 500);
        for fix in ["`lastorders::serve`", "`lastorders::layer::ShutdownHandleLayer`"] {
            assert!(text.contains(fix), "{text}");
        }
        assert_eq!(ask(app(), "/optional").await, (200, "none".to_owned()));
    }
}
