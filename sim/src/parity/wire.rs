use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::engine::{Socket, SocketState};

/// The network of a probe: one listener, and clients that connect to it.
pub(super) trait Wire: Clone {
    type Listener;
    type Stream;

    /// Time after which nothing arrives any more.
    const PATIENCE: Duration;

    async fn listen(&self, backlog: u32) -> io::Result<Self::Listener>;
    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream>;
    async fn connect(&self) -> io::Result<Self::Stream>;
    async fn reset(&self, stream: Self::Stream);

    /// Runs an action on the stream's host, and gives up when the patience ends.
    async fn act(&self, stream: &mut Self::Stream, act: Act) -> Option<io::Result<usize>>;

    /// Waits until the sockets of both sides fulfil a condition. A network that does not show
    /// sockets waits until nothing can be in flight.
    async fn until(&self, so: impl Fn(&[Seen]) -> bool);
}

/// An action on a stream, run once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Read,
    Write(usize),
    Shutdown,
}

/// Runs the action on this stream.
pub(super) async fn act<S>(
    stream: &mut S,
    act: Act,
    patience: Duration,
) -> Option<io::Result<usize>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut bytes = [0; 16 << 10];
    let acting = async {
        match act {
            Act::Read => stream.read(&mut bytes).await,
            Act::Write(n) => stream.write(&bytes[..n]).await,
            Act::Shutdown => stream.shutdown().await.map(|()| 0),
        }
    };
    tokio::time::timeout(patience, acting).await.ok()
}

/// A socket, and whether it is on the listener's side.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) server: bool,
    pub(super) socket: Socket,
}

impl Seen {
    pub(super) fn is(&self, server: bool, state: SocketState) -> bool {
        self.server == server && self.socket.state == state
    }
}

/// The output of the future, if it ends within the patience.
pub(super) async fn within<W: Wire, T>(_: &W, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(W::PATIENCE, future).await.ok()
}

/// A connection from both sides: the client and the accepted stream.
pub(super) async fn pair<W: Wire>(
    wire: &W,
    listener: &W::Listener,
) -> io::Result<(W::Stream, W::Stream)> {
    let (client, server) = tokio::join!(wire.connect(), wire.accept(listener));
    Ok((client?, server?))
}

/// Reads until the end or an error: `bytes:5 end`, `reset`, `bytes:5 nothing`.
pub(super) async fn read<W: Wire>(wire: &W, stream: &mut W::Stream) -> String {
    let mut bytes = 0;
    let last = loop {
        match wire.act(stream, Act::Read).await {
            Some(Ok(0)) => break "end",
            Some(Ok(n)) => bytes += n,
            Some(Err(error)) => break word(&error),
            None => break "nothing",
        }
    };
    if bytes == 0 { last.to_owned() } else { format!("bytes:{bytes} {last}") }
}

/// Writes until the socket takes no more, and returns the number of bytes.
pub(super) async fn fill<W: Wire>(wire: &W, stream: &mut W::Stream) -> io::Result<usize> {
    let mut taken = 0;
    while let Some(wrote) = wire.act(stream, Act::Write(1 << 10)).await {
        taken += wrote?;
    }
    Ok(taken)
}

/// Writes five bytes: `ok`, `blocked`, or the error.
pub(super) async fn write<W: Wire>(wire: &W, stream: &mut W::Stream) -> &'static str {
    wire.act(stream, Act::Write(5)).await.map_or("blocked", |wrote| outcome(&wrote))
}

/// Ends the stream: `ok`, `blocked`, or the error.
pub(super) async fn shutdown<W: Wire>(wire: &W, stream: &mut W::Stream) -> &'static str {
    wire.act(stream, Act::Shutdown).await.map_or("blocked", |shut| outcome(&shut))
}

/// `ok`, or the error.
pub(super) fn outcome<T>(result: &io::Result<T>) -> &'static str {
    result.as_ref().map_or_else(word, |_| "ok")
}

/// One word for an error.
pub(super) fn word(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "refused",
        io::ErrorKind::ConnectionReset => "reset",
        io::ErrorKind::ConnectionAborted => "aborted",
        io::ErrorKind::BrokenPipe => "broken-pipe",
        io::ErrorKind::NotConnected => "not-connected",
        io::ErrorKind::TimedOut => "timed-out",
        _ => "another-error",
    }
}
