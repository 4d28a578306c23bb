use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rustix::net::RecvFlags;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::{Answer, Loss};

/// How long an answer or a connect may take. This is longer than any subject's deadline, so that a
/// late answer does not count as lost.
const BOUND: Duration = Duration::from_secs(15);

/// A client repeats an unanswered SYN after 1 s (RFC 6298, section 2.1). A connect that takes
/// nearly that long has repeated its SYN.
const REPEATED: Duration = Duration::from_millis(900);

/// An HTTP/1.1 connection, driven step by step.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// Received bytes that belong to no answer yet.
    received: Vec<u8>,
    /// Whether the SYN had to be repeated.
    pub waited: bool,
}

/// Why no connection was established.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// The connect was refused at once.
    Refused,
    /// The SYN was dropped, and its repetition was refused.
    Waited,
    /// The connect was neither accepted nor refused within the bound.
    Unanswered,
    /// The handshake finished, as this side sees it, and then the connection was reset.
    Reset,
    /// This machine could not try to connect: no descriptor, no port.
    Local(io::ErrorKind),
}

impl Connection {
    /// Connects to `target`.
    ///
    /// # Errors
    ///
    /// When no connection is established.
    pub async fn open(target: SocketAddr) -> Result<Self, NotOpened> {
        let began = Instant::now();
        let connected = timeout(BOUND, TcpStream::connect(target)).await;
        let waited = began.elapsed() >= REPEATED;
        match connected {
            Ok(Ok(stream)) if is_our_own(&stream) => Err(NotOpened::Refused),
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                Ok(Self { stream, received: Vec::new(), waited })
            }
            Ok(Err(error)) => Err(match error.kind() {
                io::ErrorKind::ConnectionRefused if waited => NotOpened::Waited,
                io::ErrorKind::ConnectionRefused => NotOpened::Refused,
                io::ErrorKind::ConnectionReset => NotOpened::Reset,
                io::ErrorKind::TimedOut => NotOpened::Unanswered,
                other => NotOpened::Local(other),
            }),
            Err(_) => Err(NotOpened::Unanswered),
        }
    }

    /// Whether the peer has closed or reset the connection. This asks the kernel, because the
    /// runtime may not know yet.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let mut byte = [0_u8; 1];
        let peeked =
            rustix::net::recv(&self.stream, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT);
        match peeked {
            Ok((_, length)) => length == 0,
            Err(error) => error != rustix::io::Errno::AGAIN,
        }
    }

    /// Writes all bytes.
    ///
    /// # Errors
    ///
    /// When the connection does not accept the bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Loss> {
        match timeout(BOUND, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Loss::of(&error, false)),
            Err(_) => Err(Loss::TimedOut),
        }
    }

    /// Reads one complete answer. Bytes after it are kept for the next call.
    ///
    /// # Errors
    ///
    /// When the answer does not arrive, or not completely.
    pub async fn answer(&mut self) -> Result<Answer, Loss> {
        timeout(BOUND, self.read_answer()).await.unwrap_or(Err(Loss::TimedOut))
    }

    async fn read_answer(&mut self) -> Result<Answer, Loss> {
        loop {
            if let Some((answer, head)) = Answer::parse(&self.received)?
                && self.received.len() >= head + answer.length
            {
                self.received.drain(..head + answer.length);
                return Ok(answer);
            }
            self.receive().await?;
        }
    }

    /// Reads the next bytes, at most 16 KiB, and keeps them for [`answer`](Self::answer).
    ///
    /// # Errors
    ///
    /// When no more bytes arrive.
    pub async fn receive(&mut self) -> Result<(), Loss> {
        let begun = !self.received.is_empty();
        let mut next = (&mut self.stream).take(16 * 1024);
        match timeout(BOUND, next.read_buf(&mut self.received)).await {
            Ok(Ok(0)) => Err(Loss::of(&io::ErrorKind::UnexpectedEof.into(), begun)),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Loss::of(&error, begun)),
            Err(_) => Err(Loss::TimedOut),
        }
    }

    /// Closes the connection with a reset.
    pub fn reset(self) {
        // If this fails, the peer receives a FIN instead, and the client is gone too.
        let _ = self.stream.set_zero_linger();
    }

    /// Returns the TCP connection, on which nothing has been sent or received.
    #[must_use]
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }
}

/// Whether the connection is connected to itself. The kernel may give an unused local port to the
/// very socket that connects to it (RFC 9293, section 3.5, simultaneous open). Then no server
/// listens there.
fn is_our_own(stream: &TcpStream) -> bool {
    match (stream.local_addr(), stream.peer_addr()) {
        (Ok(local), Ok(peer)) => local == peer,
        (Err(_), _) | (_, Err(_)) => false,
    }
}
