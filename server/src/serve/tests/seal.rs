//! Connections in the accept queue are served when the listener is closed. The sockets are real
//! where the kernel's queue matters.

use std::io::{Read, Write};

use axum::Router;
use axum::routing::get;
use futures_util::stream;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::mpsc::unbounded_channel;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{LameDuckWork, Policy, SealMethod, ShutdownHandle, Signal};

const CLIENTS: usize = 20;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n";

fn app() -> Router {
    Router::new().route("/", get(|| async { "served" }))
}

/// The signal arrives before the first accept, and every client is in the queue.
async fn serve_queue<L: crate::Listener>(
    listener: L,
    clients: Vec<impl Read + Write>,
    method: SealMethod,
) {
    let report = crate::serve(listener, app()).signals(stream::iter([Signal::Terminate])).await;
    assert_eq!(report.seal_method, Some(method));
    assert!(report.clean);
    assert_eq!(report.finished, CLIENTS);
    for mut client in clients {
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("no reset");
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("served"), "{answer}");
    }
}

#[tokio::test]
async fn queued_tcp_connections_are_served_at_the_seal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let connect = || {
        let mut client = std::net::TcpStream::connect(address).expect("the queue has room");
        client.write_all(REQUEST).expect("sent");
        client
    };
    let clients = (0..CLIENTS).map(|_| connect()).collect();
    let method =
        if cfg!(target_os = "linux") { SealMethod::FullSink } else { SealMethod::AcceptUntilEmpty };
    serve_queue(listener, clients, method).await;
    assert!(std::net::TcpStream::connect(address).is_err(), "the listener is closed");
}

/// The policy refuses new work, but these connections are not new.
#[tokio::test]
async fn requests_queued_at_the_signal_are_not_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (signals, mut sent) = unbounded_channel();
    let policy = Policy::default().lame_duck(ms(1)).lame_duck_work(LameDuckWork::Refuse);
    let server = crate::serve(listener, app())
        .policy(policy)
        .signals(stream::poll_fn(move |cx| sent.poll_recv(cx)));
    let server = tokio::spawn(server.into_future());
    let connect = || std::net::TcpStream::connect(address).expect("the queue has room");
    let mut clients: Vec<_> = (0..CLIENTS / 2).map(|_| connect()).collect();
    // The server accepts these connections before the signal; they have sent nothing.
    settle().await;
    // No await from here to the signal, so the server does not run.
    clients.extend((0..CLIENTS / 2).map(|_| connect()));
    for client in &mut clients {
        client.write_all(REQUEST).expect("sent");
    }
    signals.send(Signal::Terminate).expect("the server runs");

    let report = server.await.expect("no panic");
    assert_eq!(report.finished, CLIENTS);
    for mut client in clients {
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("no reset");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
}

#[tokio::test]
async fn queued_unix_connections_are_served_at_the_seal() {
    let directory = std::env::temp_dir().join(format!("lastorders-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let path = directory.join("socket");
    let listener = UnixListener::bind(&path).expect("a free name");
    let connect = || {
        let mut client = std::os::unix::net::UnixStream::connect(&path).expect("room");
        client.write_all(REQUEST).expect("sent");
        client
    };
    let clients = (0..CLIENTS).map(|_| connect()).collect();
    serve_queue(listener, clients, SealMethod::AcceptUntilEmpty).await;
    std::fs::remove_dir_all(&directory).expect("ours");
}

#[tokio::test(start_paused = true)]
async fn provided_seal_empties_any_listener() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| rig.connect()).collect();
    rig.signal(Signal::Terminate);
    for client in &mut clients {
        client.get("/").await;
        assert!(client.answer().await.says_close());
    }
    let mut late = rig.connect();
    settle().await;
    assert!(late.closed().await);
    drop(clients);
    let report = rig.report().await;
    assert_eq!(
        (report.seal_method, report.finished),
        (Some(SealMethod::AcceptUntilEmpty), CLIENTS)
    );
}
