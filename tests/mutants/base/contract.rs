use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::Value;

use super::{Phase, Reply, Server};

const BODY_LIMIT: usize = 64 * 1024;

/// Answers one request.
pub(crate) async fn answer(server: &Server, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let reply = route(server, request).await;
    let mut response = Response::new(Full::from(reply.body().to_string()));
    *response.status_mut() = reply.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Decide when the answer is ready, because the signal may come after the request.
    if server.phase() != Phase::Serving {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn route(server: &Server, request: Request<Incoming>) -> Reply {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") if server.behaviour.is_healthy(server.phase()) => Reply::Healthy,
        (&Method::GET, "/health") => Reply::Refused,
        (&Method::POST, "/work") => match read_name(request.into_body()).await {
            Ok(name) => server.behaviour.work(server, name).await,
            Err(bad) => bad,
        },
        (_, "/health" | "/work") => Reply::Bad(StatusCode::METHOD_NOT_ALLOWED, "not this method"),
        (_, _) => Reply::Bad(StatusCode::NOT_FOUND, "no such route"),
    }
}

async fn read_name(mut body: Incoming) -> Result<String, Reply> {
    let mut bytes = Vec::new();
    let mut size = 0;
    // Read an oversized body to its end. An answer sent over unread input is reset.
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Reply::Bad(StatusCode::BAD_REQUEST, "body cut short"))?;
        let Some(data) = frame.data_ref() else { continue };
        size += data.len();
        if size <= BODY_LIMIT {
            bytes.extend_from_slice(data);
        }
    }
    if size > BODY_LIMIT {
        return Err(Reply::Bad(StatusCode::PAYLOAD_TOO_LARGE, "body too large"));
    }
    let body: Value = serde_json::from_slice(&bytes)
        .map_err(|_| Reply::Bad(StatusCode::BAD_REQUEST, "body is not JSON"))?;
    let name = body.get("name").and_then(Value::as_str);
    name.map(str::to_owned).ok_or(Reply::Bad(StatusCode::BAD_REQUEST, "name must be a string"))
}
