use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::http1::Http1;
use super::received::Received;
use crate::plan::{Part, Request};

/// Sends `GET /health` with `Connection: close` on a fresh connection. Returns the status, or
/// `None` if the connection ended without a whole answer. Not cancel safe.
///
/// # Errors
///
/// When the request could not be sent.
pub async fn ask_health<S>(stream: S) -> io::Result<Option<u16>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = Request::health();
    request.headers.push(("Connection".to_owned(), "close".to_owned()));
    let mut connection = Http1::new(stream);
    connection.send(&request.bytes(Part::Whole)).await?;
    Ok(match connection.receive().await {
        Received::Answer(answer) => Some(answer.status),
        Received::End { .. } => None,
    })
}
