use std::io::{self, ErrorKind, Write};

use lastorders::{Listener, SealContext, SealMethod, Signal};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::rig::{Server, Work, brisk, patient};
use crate::http::{closed, read_answer};
use crate::within::within;

/// A listener that sends a message when it has been closed.
struct NotifyingListener {
    listener: TcpListener,
    closed: oneshot::Sender<()>,
}

impl Listener for NotifyingListener {
    type Io = TcpStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> io::Result<(TcpStream, Self::Addr)> {
        Listener::accept(&mut self.listener).await
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        let method = self.listener.seal(context.inner(|io, peer| (io, peer))).await;
        let _ = self.closed.send(());
        method
    }
}

#[tokio::test]
async fn new_connection_is_refused_during_the_drain() {
    let work = Work::new();
    let (notify, listener_closed) = oneshot::channel();
    let wrap = |listener| NotifyingListener { listener, closed: notify };
    let server = Server::start_with(patient(), work.app(1), wrap).await;
    let mut client = server.held(&work).await;
    server.terminate().await;
    within("the listener to close", listener_closed).await.expect("the listener was sealed");
    for _ in 0..3 {
        let late = TcpStream::connect(server.address()).await;
        assert_eq!(late.expect_err("refused").kind(), ErrorKind::ConnectionRefused);
    }
    // The drain continues.
    assert!(!server.is_done());
    work.let_go(1);
    assert_eq!(read_answer(&mut client).await.expect("an answer").status(), 200);
    drop(client);
    assert!(server.report().await.clean);
}

/// The kernel has established these connections and received their bytes. The server has accepted
/// none of them when the signal comes.
#[tokio::test]
async fn connections_queued_at_the_signal_are_served() {
    const EACH: usize = 30;
    let work = Work::new();
    let server = Server::start(brisk(), work.app(1)).await;
    tokio::task::yield_now().await;
    // No await from here to the signal, so the server does not run.
    let connect = |bytes: &str| {
        let mut client = std::net::TcpStream::connect(server.address()).expect("room");
        client.write_all(bytes.as_bytes()).expect("the kernel takes it");
        client.set_nonblocking(true).expect("a socket");
        TcpStream::from_std(client).expect("a socket")
    };
    let mut clients = Vec::new();
    for _ in 0..EACH {
        let whole = connect("GET / HTTP/1.1\r\nhost: test\r\n\r\n");
        let half = connect("POST /echo HTTP/1.1\r\nhost: test\r\ncontent-le");
        clients.push((whole, half, connect("")));
    }
    server.signal(Signal::Terminate);

    for (mut whole, mut half, mut silent) in clients {
        let answer = read_answer(&mut whole).await.expect("the server answers");
        assert_eq!((answer.status(), answer.says_close()), (200, true));
        assert!(closed(&mut silent).await);
        half.write_all(b"ngth: 4\r\n\r\nbody").await.expect("the server waits for half a head");
        assert_eq!(read_answer(&mut half).await.expect("an answer").body, "body");
    }
    let report = server.report().await;
    assert!(report.clean);
    assert_eq!((work.executed(), report.finished), (2 * EACH, 2 * EACH));
}
