use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::process::within;

/// An answer: its head in lower case, and its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head[9..12].parse().expect("a status")
    }

    pub(crate) fn says_close(&self) -> bool {
        self.head.contains("\r\nconnection: close\r\n")
    }
}

/// Sends a request without a body.
pub(crate) async fn send_get(io: &mut (impl AsyncWrite + Unpin), path: &str) -> io::Result<()> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
    io.write_all(request.as_bytes()).await?;
    io.flush().await
}

/// Reads one whole answer with a `Content-Length`, and not a byte more.
pub(crate) async fn read_answer(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Answer> {
    let answer = async {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(io.read_u8().await?);
        }
        let head = String::from_utf8(head).expect("text").to_lowercase();
        let length = head.split("content-length: ").nth(1).expect("a length");
        let length = length.split("\r\n").next().and_then(|it| it.parse().ok()).expect("a number");
        let mut body = vec![0; length];
        io.read_exact(&mut body).await?;
        Ok(Answer { head, body: String::from_utf8(body).expect("text") })
    };
    within("an answer is to come", answer).await
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

/// Reads until what was read ends so, and not a byte more.
///
/// # Panics
///
/// When the connection ends before.
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
    within("more bytes are to come", reading).await;
    String::from_utf8(read).expect("text")
}

/// Whether the server closes without another byte, and without a reset. Waits for it.
pub(crate) async fn closed(io: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut rest = Vec::new();
    let read = within("the server is to close", io.read_to_end(&mut rest)).await;
    read.expect("no reset");
    rest.is_empty()
}
