use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::{StreamExt, unfold};

use crate::case::Streamed;

/// One part: JSON may end with white space.
const PART: &[u8] = b"               \n";

/// Streams the answer to a request that asks for it ([`Streamed`]), if it is a success.
pub(super) async fn stream(request: Request, next: Next) -> Response {
    let asked = request.uri().path_and_query().and_then(|asked| Streamed::of(asked.as_str()));
    let response = next.run(request).await;
    match asked {
        Some(asked) if response.status().is_success() => in_parts(response, asked),
        Some(_) | None => response,
    }
}

fn in_parts(response: Response, Streamed { parts, every_us }: Streamed) -> Response {
    let (mut head, body) = response.into_parts();
    // It is of the first part alone.
    head.headers.remove(CONTENT_LENGTH);
    let rest = unfold(parts, move |left| async move {
        let left = left.checked_sub(1)?;
        tokio::time::sleep(Duration::from_micros(every_us)).await;
        Some((Ok(Bytes::from_static(PART)), left))
    });
    Response::from_parts(head, Body::from_stream(body.into_data_stream().chain(rest)))
}
