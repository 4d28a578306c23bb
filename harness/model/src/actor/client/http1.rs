use std::io;

use bytes::BufMut as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::received::Received;
use super::response::{Progress, Reader};
use crate::history::End;

/// The initial capacity in bytes. Most responses fit.
const USUAL: usize = 512;
/// The room for each read of a body, in bytes.
const LARGE: usize = 16 << 10;

/// A client's HTTP/1.1 connection: exact bytes out, whole responses in.
///
/// Nothing here knows a network or a clock. The caller brings the connected stream, and bounds
/// each wait by its own timers.
#[derive(Debug)]
pub struct Http1<S> {
    stream: S,
    buffer: Vec<u8>,
    reader: Reader,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Http1<S> {
    /// A client on a connected stream.
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(USUAL), reader: Reader::default() }
    }

    /// Writes bytes to the stream. Not cancel safe: a dropped call may have written some bytes.
    ///
    /// # Errors
    ///
    /// When the stream does not take all bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Sends FIN. The client can still read.
    pub(super) async fn shut(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// Waits for the next whole response. Cancel safe: bytes that were read are kept.
    pub async fn receive(&mut self) -> Received {
        loop {
            if let Some(received) = self.receive_some(usize::MAX).await {
                return received;
            }
        }
    }

    /// Reads once, at most `most` bytes, unless a whole response has been read already. Returns
    /// `None` while the response is incomplete. Cancel safe.
    pub async fn receive_some(&mut self, most: usize) -> Option<Received> {
        let status = match self.look() {
            Ok(received) => return Some(received),
            Err(status) => status,
        };
        let by = match self.read(most).await {
            Ok(0) => End::Fin,
            Ok(_) => return self.look().ok(),
            Err(_) => End::Reset,
        };
        let answer = if by == End::Fin { self.reader.end() } else { None };
        Some(answer.map_or_else(|| Received::end(by, self.got(), status), Received::Answer))
    }

    /// Waits until the server closes the connection, and discards all bytes before the end. Cancel
    /// safe.
    pub(super) async fn closed(&mut self) -> End {
        loop {
            match self.read(usize::MAX).await {
                Ok(0) => return End::Fin,
                Ok(_) => self.buffer.clear(),
                Err(_) => return End::Reset,
            }
        }
    }

    /// The stream, for questions that the kernel answers. Bytes that are read from the stream
    /// directly are missing from the response.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream. Bytes that were read and belong to no received response are dropped.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// The next response in the buffer. The error is the status of an incomplete response, if the
    /// status is known.
    fn look(&mut self) -> Result<Received, Option<u16>> {
        match self.reader.read(&mut self.buffer) {
            Progress::Whole(answer) => Ok(Received::Answer(answer)),
            Progress::Malformed => Ok(Received::end(End::Malformed, self.got().max(1), None)),
            Progress::TooLong(status) => Ok(Received::end(End::TooLong, self.got(), Some(status))),
            Progress::Partial(status) => Err(status),
        }
    }

    /// The bytes of the next response that have arrived.
    fn got(&self) -> usize {
        self.reader.taken() + self.buffer.len()
    }

    async fn read(&mut self, most: usize) -> io::Result<usize> {
        if self.reader.is_in_body() {
            self.buffer.reserve(LARGE);
        }
        self.stream.read_buf(&mut (&mut self.buffer).limit(most.max(1))).await
    }
}
