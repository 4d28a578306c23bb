use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};

use super::answer::Answer;
use super::settle;

/// A client's end of a connection.
#[derive(Debug)]
pub(crate) struct Client<I = DuplexStream>(pub(crate) I);

impl<I: AsyncRead + AsyncWrite + Unpin> Client<I> {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("the server reads");
        settle().await;
    }

    pub(crate) async fn get(&mut self, path: &str) {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
    }

    /// Reads one whole answer with a `Content-Length`, and not a byte more.
    pub(crate) async fn answer(&mut self) -> Answer {
        Answer::read(&mut self.0).await.expect("a whole answer")
    }

    /// Reads until the bytes read so far end with `end`, and not a byte more.
    pub(crate) async fn read_until(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        while !read.ends_with(end.as_bytes()) {
            read.push(self.0.read_u8().await.expect("more"));
        }
        String::from_utf8(read).expect("text")
    }

    /// Reads the rest of the connection, which must end without a reset.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).await.expect("no reset");
        rest
    }

    /// Waits until the server closes. Returns whether it closed without sending another byte.
    pub(crate) async fn closed(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.expect("no reset");
        rest.is_empty()
    }

    /// Whether there is nothing to read right now, not even the end.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        settle().await;
        let mut byte = [0];
        let mut buf = ReadBuf::new(&mut byte);
        let io = &mut self.0;
        poll_fn(|cx| {
            let read = AsyncRead::poll_read(Pin::new(&mut *io), cx, &mut buf);
            Poll::Ready(read.is_pending())
        })
        .await
    }
}
