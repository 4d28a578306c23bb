use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::answer::Answer;
use crate::within::within;

/// Sends a request without a body.
pub(crate) async fn send_get(io: &mut (impl AsyncWrite + Unpin), path: &str) -> io::Result<()> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
    io.write_all(request.as_bytes()).await?;
    io.flush().await
}

/// Reads one whole answer with a `Content-Length`, and not a byte more.
pub(crate) async fn read_answer(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Answer> {
    within("an answer", Answer::read(io)).await
}

/// Sends a request and reads its answer.
///
/// # Panics
///
/// When the connection fails.
pub(crate) async fn get<I: AsyncRead + AsyncWrite + Unpin>(io: &mut I, path: &str) -> Answer {
    send_get(io, path).await.expect("the server reads");
    read_answer(io).await.expect("a whole answer")
}

/// Reads until the bytes read so far end with `end`, and not a byte more.
///
/// # Panics
///
/// When the connection ends first.
pub(crate) async fn read_until(io: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut read = Vec::new();
    let reading = async {
        while !read.ends_with(end.as_bytes()) {
            match io.read_u8().await {
                Ok(byte) => read.push(byte),
                Err(error) => {
                    let read = String::from_utf8_lossy(&read);
                    panic!("{error} after {read:?}, and not {end:?}");
                }
            }
        }
    };
    within("more bytes", reading).await;
    String::from_utf8(read).expect("text")
}

/// Waits until the server closes without a reset. Returns whether it sent no further byte.
pub(crate) async fn closed(io: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut rest = Vec::new();
    let read = within("the server to close", io.read_to_end(&mut rest)).await;
    read.expect("no reset");
    rest.is_empty()
}
