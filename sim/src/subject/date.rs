use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::header::{DATE, HeaderValue};
use axum::response::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The date of every answer, as long as any other date. hyper takes the date from the operating
/// system, so two runs would differ.
const FIXED: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

/// Sets the date of an answer, so that hyper adds none.
pub(super) async fn set(mut response: Response) -> Response {
    response.headers_mut().insert(DATE, HeaderValue::from_static(FIXED));
    response
}

/// A connection of a server whose date header cannot be switched off. It overwrites the date of
/// answers that hyper creates itself, such as 400. Over HTTP/2 hyper creates none.
#[derive(Debug)]
pub(super) struct Dated<I>(I);

impl<I> Dated<I> {
    pub(super) fn new(io: I) -> Self {
        Self(io)
    }
}

/// The bytes of a head with the fixed date; `None` if the head has no date.
fn overwritten(bytes: &[u8]) -> Option<Vec<u8>> {
    const FIELD: &[u8] = b"\r\ndate: ";
    if !bytes.starts_with(b"HTTP/1.") {
        return None;
    }
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(bytes.len());
    let date = bytes[..head].windows(FIELD.len()).position(|it| it == FIELD)? + FIELD.len();
    let mut bytes = bytes.to_vec();
    bytes.get_mut(date..date + FIXED.len())?.copy_from_slice(FIXED.as_bytes());
    Some(bytes)
}

impl<I: AsyncRead + Unpin> AsyncRead for Dated<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Dated<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let instead = overwritten(buf);
        Pin::new(&mut self.0).poll_write(cx, instead.as_deref().unwrap_or(buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_date_of_a_head_is_overwritten() {
        let head = |date: &str| {
            format!("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ndate: {date}\r\n\r\n")
        };
        let instead = overwritten(head("Sat, 21 Nov 2026 11:33:58 GMT").as_bytes());
        assert_eq!(instead, Some(head(FIXED).into_bytes()));
        let body = "HTTP/1.1 200 OK\r\n\r\n\r\ndate: Sat, 21 Nov 2026 11:33:58 GMT\r\n\r\n";
        assert_eq!(overwritten(body.as_bytes()), None, "what comes after the head is no head");
        assert_eq!(overwritten(b"\r\ndate: Sat, 21 Nov 2026 11:33:58 GMT\r\n\r\n"), None);
    }
}
