//! Shared by these tests: clients that open a new connection for each request until they are
//! refused.

use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};

use crate::{Listener, Policy, Report, Signal};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";

const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, and the sender of its signals.
pub(super) struct Server {
    pub(super) task: JoinHandle<Report>,
    signals: UnboundedSender<Signal>,
}

impl Server {
    pub(super) fn start(listener: impl Listener) -> Self {
        let app = Router::new().route("/", get(|| async { "served" }));
        let (signals, mut sent) = unbounded_channel();
        // On a busy machine a client may take long to write its request. That must not fail a test
        // of the sealing.
        let policy = Policy::default().deadline(PATIENCE).first_byte_grace(PATIENCE);
        let server = crate::serve(listener, app).policy(policy);
        let server = server.signals(stream::poll_fn(move |cx| sent.poll_recv(cx)));
        Self { task: tokio::spawn(server.into_future()), signals }
    }

    pub(super) async fn terminate(self) -> Report {
        self.signals.send(Signal::Terminate).expect("the server runs");
        self.task.await.expect("the server does not panic")
    }
}

/// Clients that each connect, send a request, read the answer, and connect again.
pub(super) struct Load {
    clients: JoinSet<Result<(), Lost>>,
    answers: Arc<Semaphore>,
}

/// A connection that was established, and was closed without a complete answer.
#[derive(Debug)]
pub(super) struct Lost {
    /// The part of the answer that had arrived.
    pub(super) answer: String,
    pub(super) error: Option<io::Error>,
}

impl Load {
    /// Starts one client for each address.
    pub(super) fn on(addresses: impl Iterator<Item = SocketAddr>) -> Self {
        let answers = Arc::new(Semaphore::new(0));
        let mut clients = JoinSet::new();
        for address in addresses {
            clients.spawn(client(address, Arc::clone(&answers)));
        }
        Self { clients, answers }
    }

    /// Waits for `more` further answers.
    pub(super) async fn answered(&self, more: u32) {
        self.answers.acquire_many(more).await.expect("open").forget();
    }

    /// How many clients still run: they were not refused and have not lost a request.
    pub(super) fn clients(&mut self) -> usize {
        while self.clients.try_join_next().is_some() {}
        self.clients.len()
    }

    /// Waits until every client has been refused or has lost a request.
    pub(super) async fn lost(self) -> Vec<Lost> {
        self.clients.join_all().await.into_iter().filter_map(Result::err).collect()
    }
}

/// Sends requests until a connection is refused.
async fn client(address: SocketAddr, answers: Arc<Semaphore>) -> Result<(), Lost> {
    loop {
        let mut stream = match TcpStream::connect(address).await {
            Ok(stream) => stream,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return Ok(()),
            Err(error) => return Err(Lost { answer: String::new(), error: Some(error) }),
        };
        let mut answer = String::new();
        let exchange = async {
            stream.write_all(REQUEST).await?;
            stream.read_to_string(&mut answer).await
        };
        let error = exchange.await.err();
        let whole = answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\nserved");
        if error.is_some() || !whole {
            return Err(Lost { answer, error });
        }
        answers.add_permits(1);
    }
}

/// A listener for each way to listen, with the addresses at which clients reach it. On a machine
/// without IPv6, only the IPv4 ones.
pub(super) async fn listeners() -> Vec<(TcpListener, Vec<SocketAddr>)> {
    let has_v6 = TcpListener::bind("[::1]:0").await.is_ok();
    let mut listeners = Vec::new();
    for (listen, reached) in [
        ("127.0.0.1:0", &["127.0.0.1"][..]),
        ("0.0.0.0:0", &["127.0.0.1"]),
        ("[::1]:0", &["::1"]),
        ("[::]:0", &["127.0.0.1", "::1"]),
    ] {
        if listen.starts_with('[') && !has_v6 {
            continue;
        }
        let listener = TcpListener::bind(listen).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let at = |ip: &&str| SocketAddr::new(ip.parse().expect("an address"), port);
        listeners.push((listener, reached.iter().map(at).collect()));
    }
    if has_v6 {
        listeners.push(only_v6().await);
    }
    listeners
}

async fn only_v6() -> (TcpListener, Vec<SocketAddr>) {
    let socket = tokio::net::TcpSocket::new_v6().expect("IPv6");
    rustix::net::sockopt::set_ipv6_v6only(&socket, true).expect("not yet bound");
    socket.set_reuseaddr(true).expect("any socket");
    socket.bind((Ipv6Addr::UNSPECIFIED, 0).into()).expect("a free port");
    let listener = socket.listen(128).expect("bound");
    let port = listener.local_addr().expect("bound").port();
    (listener, vec![(Ipv6Addr::LOCALHOST, port).into()])
}
