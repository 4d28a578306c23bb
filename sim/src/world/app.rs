use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONNECTION, UPGRADE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::middleware::from_fn;
use axum::routing::get;
use hyper_util::rt::TokioIo;
use lastorders::{ShutdownHandle, reference};
use tokio::io::{copy, split};

use super::calls::Calls;
use super::sim_context::SimContext;
use super::streamed::stream;
use crate::engine::Net;

/// The application that a server is given.
#[derive(Clone, Default)]
pub enum App {
    /// The reference service as it is, with one route more: `GET /upgrade`, which leaves HTTP and
    /// says back what it is told. Whoever asks for it gets his answer in parts
    /// ([`Streamed`](crate::case::Streamed)).
    #[default]
    Reference,
    /// Somebody's own, made anew for each run. It may be made on any thread.
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

/// The application of one run, which takes down what it is given.
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

async fn upgrade(request: Request) -> Response<Body> {
    let Some(protocol) = request.headers().get(UPGRADE).cloned() else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        return response;
    };
    tokio::spawn(async move {
        // A connection that ends before it has left HTTP has nothing to say back.
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
