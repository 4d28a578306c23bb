//! The server shuts a socket's write side before it closes the socket. Otherwise the kernel would
//! answer bytes that arrive in between with a reset.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use futures_util::stream;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::testing::{Client, Gate, settle};
use crate::{Listener, Policy, ShutdownHandle, Signal};

/// The events of a connection.
type Log = Arc<Mutex<Vec<&'static str>>>;

/// A connection that logs its end.
struct Logged {
    io: DuplexStream,
    log: Log,
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.log.lock().expect("free").push("closed");
    }
}

impl AsyncRead for Logged {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for Logged {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        self.log.lock().expect("free").push("write side shut");
        Poll::Ready(Ok(()))
    }
}

struct Loggers(UnboundedReceiver<Logged>);

impl Listener for Loggers {
    type Io = Logged;
    type Addr = ();

    async fn accept(&mut self) -> io::Result<(Logged, ())> {
        match self.0.recv().await {
            Some(io) => Ok((io, ())),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn write_side_is_shut_before_the_socket_closes() {
    let rows = [
        // The bytes to send, how many answers are read before the signal, whether the close is
        // clean.
        ("", 0, true),
        ("GET / HTTP/1.1\r\nhost: t\r\n\r\n", 1, true),
        ("POST /held HTTP/1.1\r\nhost: t\r\ncontent-length: 4\r\n\r\nbody", 1, true),
        ("GET /held HTTP/1.1\r\nhost: t\r\n\r\n", 0, true),
        ("GET / HTTP/1.1\r\nhost: t\r\n\r\nGET /held HTTP/1.1\r\nhost: t\r\n\r\n", 1, true),
        // This connection is cut, not closed.
        ("GET / HT", 0, false),
    ];
    for (sent, answers, orderly) in rows {
        let gate = Gate::new();
        let (queue, accepted) = unbounded_channel();
        let (signals, mut signalled) = unbounded_channel();
        let server = crate::serve(Loggers(accepted), gate.app(ShutdownHandle::new()))
            .policy(Policy::default())
            .signals(stream::poll_fn(move |cx| signalled.poll_recv(cx)));
        let server = tokio::spawn(server.into_future());
        let (ours, theirs) = tokio::io::duplex(1024);
        let (mut client, log) = (Client(ours), Log::default());
        queue.send(Logged { io: theirs, log: Arc::clone(&log) }).expect("open");
        client.send(sent).await;
        for _ in 0..answers {
            client.answer().await;
        }
        signals.send(Signal::Terminate).expect("the server runs");
        settle().await;
        gate.let_go(1);
        let report = server.await.expect("no panic");
        assert_eq!(report.clean, orderly, "{sent:?}");
        let expected = if orderly { &["write side shut", "closed"][..] } else { &["closed"] };
        assert_eq!(*log.lock().expect("free"), expected, "{sent:?}");
    }
}
