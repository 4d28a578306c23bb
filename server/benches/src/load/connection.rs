use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use lastorders_model::actor::{Http1, Received};
use lastorders_model::history::{Answer, End};
use rustix::net::RecvFlags;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// How long an answer or a connect may take. This is longer than any subject's deadline, so that a
/// late answer does not count as lost.
const BOUND: Duration = Duration::from_secs(15);

/// A client repeats an unanswered SYN after 1 s (RFC 6298, section 2.1). A connect that takes
/// nearly that long has repeated its SYN.
const REPEATED: Duration = Duration::from_millis(900);

/// The most bytes of one read by [`Connection::receive_some`].
const SOME: usize = 16 * 1024;

/// The judge's HTTP/1.1 client over TCP. Every wait is bounded, and every outcome is exact.
#[derive(Debug)]
pub struct Connection {
    http1: Http1<TcpStream>,
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

/// Why a request on an established connection got no complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The connection was reset before the first byte of the answer.
    Reset,
    /// The connection was closed before the first byte of the answer.
    Closed,
    /// The connection ended in the middle of the answer.
    Cut,
    /// The answer was not complete within the bound.
    TimedOut,
    /// The bytes are no HTTP/1.1 answer of a known length.
    Garbled,
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
                Ok(Self { http1: Http1::new(stream), waited })
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
        let (stream, flags) = (self.http1.get_ref(), RecvFlags::PEEK | RecvFlags::DONTWAIT);
        match rustix::net::recv(stream, &mut [0_u8; 1], flags) {
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
        match timeout(BOUND, self.http1.send(bytes)).await {
            Ok(sent) => sent.map_err(|_| Loss::Reset),
            Err(_) => Err(Loss::TimedOut),
        }
    }

    /// Reads one complete answer. Bytes after it are kept for the next call.
    ///
    /// # Errors
    ///
    /// When the answer does not arrive, or not completely.
    pub async fn answer(&mut self) -> Result<Answer, Loss> {
        let received = timeout(BOUND, self.http1.receive()).await;
        received.map_or(Err(Loss::TimedOut), of_known_length)
    }

    /// Reads once, at most 16 KiB. Returns `None` while the answer is incomplete.
    ///
    /// # Errors
    ///
    /// When no more bytes arrive.
    pub async fn receive_some(&mut self) -> Result<Option<Answer>, Loss> {
        let received = timeout(BOUND, self.http1.receive_some(SOME)).await;
        received.map_err(|_| Loss::TimedOut)?.map(of_known_length).transpose()
    }

    /// Closes the connection with a reset.
    pub fn reset(self) {
        // If this fails, the peer receives a FIN instead, and the client is gone too.
        let _ = self.http1.get_ref().set_zero_linger();
    }

    /// Returns the TCP connection, on which nothing has been sent or received.
    #[must_use]
    pub fn into_stream(self) -> TcpStream {
        self.http1.into_stream()
    }
}

impl Loss {
    /// The loss of a request whose answer was ended by `by`, after `got` bytes.
    pub(super) fn of(by: End, got: u64) -> Self {
        match by {
            End::Malformed | End::TooLong => Self::Garbled,
            End::Fin | End::Reset | End::Refused | End::Client | End::Silence if got > 0 => {
                Self::Cut
            }
            End::Fin => Self::Closed,
            End::Reset | End::Refused | End::Client | End::Silence => Self::Reset,
        }
    }
}

/// The answer, if it announced its length. Every answer of a subject does, so the end of the
/// connection never passes for the end of an answer.
fn of_known_length(received: Received) -> Result<Answer, Loss> {
    match received {
        Received::Answer(answer) if answer.header("content-length").is_some() => Ok(answer),
        Received::Answer(_) => Err(Loss::Garbled),
        Received::End { by, got, .. } => Err(Loss::of(by, got)),
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    const LAST: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nConnection: Close\r\n\r\nhello";

    /// What a server does with a connection after it has read a request.
    #[derive(Clone, Copy, Debug)]
    enum Does {
        Writes(&'static [u8]),
        /// Closes with unread input, which resets.
        Resets,
    }

    async fn serve(listener: TcpListener, does: Does) -> io::Result<()> {
        let (mut stream, _) = listener.accept().await?;
        match does {
            Does::Writes(bytes) => {
                stream.read_exact(&mut [0; REQUEST.len()]).await?;
                stream.write_all(bytes).await?;
                stream.shutdown().await?;
                // Wait until the client is gone, so that only the FIN ends the connection.
                stream.read_to_end(&mut Vec::new()).await?;
            }
            Does::Resets => {
                stream.read_exact(&mut [0; REQUEST.len() - 1]).await?;
            }
        }
        Ok(())
    }

    /// The status of the answer, and whether it is the last on its connection.
    async fn ask(does: Does) -> Result<(u16, bool), Loss> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target = listener.local_addr().expect("an address");
        let client = async {
            let mut connection = Connection::open(target).await.expect("the server listens");
            connection.send(REQUEST).await?;
            connection.answer().await
        };
        let (served, answer) = tokio::join!(serve(listener, does), client);
        served.expect("the server succeeds");
        answer.map(|answer| (answer.status, answer.says_close))
    }

    #[tokio::test]
    async fn every_end_of_an_answer_is_classified() {
        let table = [
            (Does::Writes(ANSWER), Ok((200, false))),
            (Does::Writes(LAST), Ok((200, true))),
            (Does::Writes(b""), Err(Loss::Closed)),
            (Does::Writes(&ANSWER[..10]), Err(Loss::Cut)),
            // All but the last byte of the body.
            (Does::Writes(&ANSWER[..ANSWER.len() - 1]), Err(Loss::Cut)),
            (Does::Writes(b"nonsense\r\n\r\n"), Err(Loss::Garbled)),
            (Does::Resets, Err(Loss::Reset)),
        ];
        for (does, expected) in table {
            assert_eq!(ask(does).await, expected, "{does:?}");
        }
    }

    #[tokio::test]
    async fn answer_without_a_length_is_garbled() {
        let table: [&[u8]; 4] = [
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: some\r\n\r\n",
            b"SSH-2.0-x\r\n\r\n",
        ];
        for bytes in table {
            let answered = ask(Does::Writes(bytes)).await;
            assert_eq!(answered, Err(Loss::Garbled), "{}", bytes.escape_ascii());
        }
    }

    #[tokio::test]
    async fn refused_connect_is_no_loss() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target = listener.local_addr().expect("an address");
        drop(listener);
        assert_eq!(Connection::open(target).await.err(), Some(NotOpened::Refused));
    }

    /// Returns both ends of a connection.
    async fn pair() -> (TcpStream, Connection) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target: SocketAddr = listener.local_addr().expect("an address");
        let connection = Connection::open(target).await.expect("the server listens");
        (listener.accept().await.expect("the client connected").0, connection)
    }

    #[tokio::test]
    async fn close_is_detected_before_a_request_is_sent() {
        let (server, connection) = pair().await;
        assert!(!connection.is_closed());
        // On loopback the FIN has arrived when `drop` returns. The runtime has not polled yet.
        drop(server);
        assert!(connection.is_closed());
    }

    #[tokio::test]
    async fn reset_is_detected_as_a_close() {
        let (server, mut connection) = pair().await;
        connection.send(b"x").await.expect("the connection is open");
        server.readable().await.expect("the byte arrives");
        drop(server);
        assert!(connection.is_closed());
    }

    #[tokio::test]
    async fn answers_in_one_read_are_separated() {
        let (mut server, mut connection) = pair().await;
        let both = [ANSWER, b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"];
        server.write_all(&both.concat()).await.expect("the connection is open");
        let first = connection.answer().await.expect("whole");
        let second = connection.answer().await.expect("whole");
        assert_eq!((first.status, second.status), (200, 503));
    }
}
