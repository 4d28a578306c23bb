use std::convert::Infallible;
use std::future::IntoFuture;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use axum::Extension;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::{Layer, Service, ServiceExt, service_fn};

use super::{HealthLayer, ShutdownHandleLayer};
use crate::ShutdownHandle;

fn request(method: Method, path: &str) -> Request<Empty<Bytes>> {
    Request::builder().method(method).uri(path).body(Empty::new()).expect("a request")
}

/// Answers "inner", and whether the request's handle is draining.
async fn inner(request: Request<Empty<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let text = match request.extensions().get::<ShutdownHandle>() {
        Some(shutdown) => format!("inner, draining: {}", shutdown.is_draining()),
        None => "inner".to_owned(),
    };
    Ok(Response::new(Full::from(text)))
}

#[tokio::test]
async fn health_layer_answers_only_the_health_path() {
    let shutdown = ShutdownHandle::new();
    let app = HealthLayer::new(shutdown.clone()).layer(service_fn(inner));
    let moved = HealthLayer::new(shutdown.clone()).path("/healthz").layer(service_fn(inner));
    let ok = r#"{"status":"ok"}"#;
    let over = r#"{"status":"shutting_down"}"#;
    let rows = [
        (false, &app, Method::GET, "/health", 200, ok),
        (false, &app, Method::GET, "/health?verbose", 200, ok),
        (false, &app, Method::HEAD, "/health", 200, ok),
        (false, &app, Method::POST, "/health", 200, "inner"),
        (false, &app, Method::GET, "/health/", 200, "inner"),
        (false, &app, Method::GET, "/", 200, "inner"),
        (false, &moved, Method::GET, "/health", 200, "inner"),
        (false, &moved, Method::GET, "/healthz", 200, ok),
        (true, &app, Method::GET, "/health", 503, over),
        (true, &moved, Method::GET, "/healthz", 503, over),
        // The service still answers every other path.
        (true, &app, Method::GET, "/", 200, "inner"),
    ];
    for (draining, app, method, path, status, body) in rows {
        if draining {
            shutdown.begin();
        }
        let row = format!("{method} {path}, draining: {draining}");
        let response = app.clone().oneshot(request(method, path)).await.expect("infallible");
        assert_eq!(response.status().as_u16(), status, "{row}");
        let json =
            response.headers().get("content-type").is_some_and(|it| it == "application/json");
        assert_eq!(json, body != "inner", "{row}");
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        assert_eq!(bytes, body.as_bytes(), "{row}");
    }
}

/// A service that is never ready.
#[derive(Clone)]
struct Busy;

impl Service<Request<Empty<Bytes>>> for Busy {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Pending<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Pending
    }

    fn call(&mut self, _: Request<Empty<Bytes>>) -> Self::Future {
        panic!("called before it was ready")
    }
}

#[tokio::test]
async fn busy_service_delays_requests_but_not_health() {
    let app = HealthLayer::new(ShutdownHandle::new()).layer(Busy);
    let mut other = Box::pin(app.clone().oneshot(request(Method::GET, "/")));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(other.as_mut().poll(&mut cx).is_pending());
    let health = app.oneshot(request(Method::GET, "/health")).await.expect("infallible");
    assert_eq!(health.status().as_u16(), 200);
}

#[tokio::test]
async fn layer_puts_the_shutdown_handle_into_requests() {
    let shutdown = ShutdownHandle::new();
    let app = ShutdownHandleLayer::new(shutdown.clone()).layer(service_fn(inner));
    for expected in ["inner, draining: false", "inner, draining: true"] {
        let response = app.clone().oneshot(request(Method::GET, "/")).await.expect("infallible");
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        assert_eq!(bytes, expected.as_bytes());
        shutdown.begin();
    }
}

#[tokio::test]
async fn axum_serve_shuts_down_with_the_shutdown_handle() {
    let shutdown = ShutdownHandle::new();
    let arrived = Arc::new(Semaphore::new(0));
    let held = Arc::new(Semaphore::new(0));
    let arrive = Arc::clone(&arrived);
    let handler = move |Extension(shutdown): Extension<ShutdownHandle>| async move {
        arrive.add_permits(1);
        shutdown.draining().await;
        "drained"
    };
    let app = axum::Router::new()
        .route("/", axum::routing::get(handler))
        .layer(ShutdownHandleLayer::new(shutdown.clone()))
        .layer(HealthLayer::new(shutdown.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("the listener is bound");
    let server = axum::serve(listener, app).with_graceful_shutdown(shutdown.draining());
    let server = tokio::spawn(server.into_future());
    let hold = Arc::clone(&held);
    tokio::spawn(shutdown.track(async move { hold.acquire().await.map(SemaphorePermit::forget) }));

    let mut client = TcpStream::connect(address).await.expect("the server listens");
    client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("the server reads");
    arrived.acquire().await.expect("open").forget();
    shutdown.begin();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("no reset");
    assert!(answer.ends_with("drained"), "{answer}");
    server.await.expect("no panic").expect("no error");

    // The server does not wait for tracked work.
    assert!(shutdown.tasks_ended().now_or_never().is_none());
    held.add_permits(1);
    shutdown.tasks_ended().await;
}
