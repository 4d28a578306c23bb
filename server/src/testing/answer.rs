use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// An answer: its head in lower case, and its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Reads one whole answer with a `Content-Length`, and not a byte more.
    pub(crate) async fn read(io: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(io.read_u8().await?);
        }
        let head = String::from_utf8(head).expect("text").to_lowercase();
        let length = head.split("content-length: ").nth(1).expect("a length");
        let length = length.split("\r\n").next().and_then(|it| it.parse().ok()).expect("a number");
        let mut body = vec![0; length];
        io.read_exact(&mut body).await?;
        Ok(Self { head, body: String::from_utf8(body).expect("text") })
    }

    pub(crate) fn status(&self) -> u16 {
        self.head[9..12].parse().expect("a status")
    }

    pub(crate) fn says_close(&self) -> bool {
        self.head.contains("\r\nconnection: close\r\n")
    }
}
