use std::fmt;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::ShutdownHandle;

/// The handle of the server that the request came through; see [`ShutdownHandle`] for an example.
///
/// `Option<ShutdownHandle>` is `None` where this is rejected.
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

/// A handler asks for [`ShutdownHandle`], and its request carries none. As a response it is a 500
/// that says what to do.
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
        let told = |drain: ShutdownHandle| async move {
            drain.draining().await;
            "told"
        };
        let perhaps = |drain: Option<ShutdownHandle>| async move {
            drain.map_or("none", |_| "some").to_owned()
        };
        Router::new().route("/told", get(told)).route("/perhaps", get(perhaps))
    }

    async fn ask(app: Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = app.oneshot(request).await.expect("infallible");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test(start_paused = true)]
    async fn through_the_server_it_is_that_servers() {
        let mut rig = Rig::new(crate::Policy::default(), app());
        let mut client = rig.connect();
        client.get("/perhaps").await;
        assert_eq!(client.answer().await.body, "some");
        client.get("/told").await;
        assert!(client.is_quiet().await);
        rig.terminate().await;
        assert_eq!(client.answer().await.body, "told");
        drop(client);
        assert!(rig.report().await.clean);
    }

    #[tokio::test]
    async fn elsewhere_the_layer_supplies_it() {
        let drain = ShutdownHandle::new();
        drain.begin();
        let app = app().layer(ShutdownHandleLayer::new(drain));
        assert_eq!(ask(app.clone(), "/told").await, (200, "told".to_owned()));
        assert_eq!(ask(app, "/perhaps").await, (200, "some".to_owned()));
    }

    #[tokio::test]
    async fn without_either_the_answer_says_what_to_do() {
        let (status, text) = ask(app(), "/told").await;
        assert_eq!(status, 500);
        for fix in ["`lastorders::serve`", "`lastorders::layer::ShutdownHandleLayer`"] {
            assert!(text.contains(fix), "{text}");
        }
        assert_eq!(ask(app(), "/perhaps").await, (200, "none".to_owned()));
    }
}
