use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use futures_util::stream::{StreamExt, unfold};
use hyper_util::rt::TokioIo;
use lastorders::{ShutdownHandle, reference};
use tokio::io::{copy, split};

use super::calls::Calls;
use super::sim_context::SimContext;
use crate::case::Streamed;
use crate::engine::Net;

/// The application of the server.
#[derive(Clone, Default)]
pub enum App {
    /// The reference service with one more route: `GET /upgrade`, which leaves HTTP and echoes. A
    /// request can ask for an answer in parts ([`Streamed`](crate::case::Streamed)).
    #[default]
    Reference,
    /// Another application, made anew for each run, on any thread.
    Own(Arc<dyn Fn(ShutdownHandle) -> Router + Send + Sync>),
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reference => "Reference",
            Self::Own(_) => "Own",
        })
    }
}

/// The application of one run, which records its calls.
pub(crate) fn made<N: Net>(app: &App, sim: &Arc<SimContext<N>>, drain: ShutdownHandle) -> Router {
    let router = match app {
        App::Reference => {
            let reference = reference::router(sim.store.clone(), drain);
            reference.route("/upgrade", get(upgrade)).layer(from_fn(stream))
        }
        App::Own(make) => make(drain),
    };
    router.layer(Calls::new(sim))
}

async fn upgrade(request: Request) -> Response {
    let Some(protocol) = request.headers().get(UPGRADE).cloned() else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        return response;
    };
    tokio::spawn(async move {
        // A connection that ends before the upgrade has nothing to echo.
        let Ok(upgraded) = hyper::upgrade::on(request).await else { return };
        let (mut from, mut to) = split(TokioIo::new(upgraded));
        let _ = copy(&mut from, &mut to).await;
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
    response.headers_mut().insert(UPGRADE, protocol);
    response
}

/// One part of an answer: JSON may end with white space.
const PART: &[u8] = b"               \n";

/// Streams a successful answer, if the request asks for it ([`Streamed`]).
async fn stream(request: Request, next: Next) -> Response {
    let asked = request.uri().path_and_query().and_then(|asked| Streamed::of(asked.as_str()));
    let response = next.run(request).await;
    match asked {
        Some(asked) if response.status().is_success() => in_parts(response, asked),
        Some(_) | None => response,
    }
}

fn in_parts(response: Response, Streamed { parts, every_us }: Streamed) -> Response {
    let (mut head, body) = response.into_parts();
    // The length of the first part would be wrong for all parts.
    head.headers.remove(CONTENT_LENGTH);
    let rest = unfold(parts, move |left| async move {
        let left = left.checked_sub(1)?;
        tokio::time::sleep(Duration::from_micros(every_us)).await;
        Some((Ok(Bytes::from_static(PART)), left))
    });
    Response::from_parts(head, Body::from_stream(body.into_data_stream().chain(rest)))
}
