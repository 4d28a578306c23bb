use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::response::{self, Progress};
use crate::history::{Answer, ConnectError, End, RequestId};
use crate::plan::Intent;

/// One connection, and the requests on it that have no answer yet.
#[derive(Debug)]
pub(crate) struct Connection {
    /// `actor@n`.
    pub(crate) name: String,
    /// The client's port, by which the kernel's tables know the connection.
    pub(crate) port: u16,
    /// Whether it can still carry a request.
    pub(crate) usable: bool,
    /// Requests without an answer, oldest first.
    pub(crate) waiting: VecDeque<(RequestId, Intent)>,
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came of waiting for a response.
#[derive(Debug)]
pub(crate) enum Received {
    /// A whole response.
    Answer(Answer),
    /// The connection ended after so many bytes of one.
    End { by: End, got: u64, status: Option<u16> },
}

/// Opens a connection.
pub(crate) async fn connect(
    to: SocketAddr,
    name: String,
    within: Duration,
) -> Result<Connection, ConnectError> {
    let stream = match timeout(within, TcpStream::connect(to)).await {
        Err(_) => return Err(ConnectError::TimedOut),
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            return Err(match error.kind() {
                io::ErrorKind::ConnectionRefused => ConnectError::Refused,
                io::ErrorKind::ConnectionReset => ConnectError::Reset,
                io::ErrorKind::TimedOut => ConnectError::TimedOut,
                _ => ConnectError::Other,
            });
        }
    };
    let _ = stream.set_nodelay(true);
    let port = stream.local_addr().map_or(0, |address| address.port());
    Ok(Connection {
        name,
        port,
        usable: true,
        waiting: VecDeque::new(),
        stream,
        buffer: Vec::new(),
    })
}

impl Connection {
    /// Gives bytes to the kernel. Not cancel safe: some may have gone.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = self.stream.write_all(bytes).await;
        if sent.is_err() {
            self.usable = false;
        }
        sent
    }

    /// Waits for the whole response at the head of the stream. Cancel safe: what has been read is
    /// kept. With `pace`, takes at most so many bytes at a time, with so much time between.
    pub(crate) async fn receive(&mut self, pace: Option<(usize, Duration)>) -> Received {
        loop {
            let end = |by, got: usize, status| Received::End { by, got: got as u64, status };
            let (status, until_end) = match response::parse(&self.buffer) {
                Progress::Whole(answer, len) => {
                    self.buffer.drain(..len);
                    self.usable &= !answer.says_close;
                    return Received::Answer(answer);
                }
                Progress::Malformed => {
                    self.usable = false;
                    return end(End::Malformed, self.buffer.len().max(1), None);
                }
                Progress::Partial(status) => (status, None),
                Progress::UntilEnd(answer) => (Some(answer.status), Some(answer)),
            };
            let by = match self.read(pace).await {
                Ok(0) => End::Fin,
                Ok(_) => continue,
                Err(_) => End::Reset,
            };
            self.usable = false;
            return match until_end {
                Some(answer) if by == End::Fin => Received::Answer(answer),
                _ => end(by, self.buffer.len(), status),
            };
        }
    }

    /// Waits until the server closes the connection. Cancel safe. Bytes that nobody asked for are
    /// thrown away.
    pub(crate) async fn closed(&mut self) -> End {
        loop {
            match self.read(None).await {
                Ok(0) => return End::Fin,
                Ok(_) => self.buffer.clear(),
                Err(_) => return End::Reset,
            }
        }
    }

    /// Closes with a reset in place of a FIN.
    pub(crate) fn reset(self) {
        let _ = socket_linger_zero(&self.stream);
    }

    async fn read(&mut self, pace: Option<(usize, Duration)>) -> io::Result<usize> {
        let Some((bytes, every)) = pace else {
            return self.stream.read_buf(&mut self.buffer).await;
        };
        tokio::time::sleep(every).await;
        let mut chunk = vec![0; bytes.max(1)];
        let n = self.stream.read(&mut chunk).await?;
        self.buffer.extend_from_slice(&chunk[..n]);
        Ok(n)
    }
}

fn socket_linger_zero(stream: &TcpStream) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?)
}
