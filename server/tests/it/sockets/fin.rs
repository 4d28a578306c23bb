use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lastorders::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::rig::{Server, Work, brisk, patient};
use crate::http::{closed, get, read_answer};
use crate::within::within;

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: test\r\n\r\n";
const UPLOAD: &str = "POST /echo HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody";

/// Sends without an await, so that the single-threaded runtime does not learn of the bytes.
fn send_unnoticed(client: TcpStream, bytes: &str) -> TcpStream {
    let mut client = client.into_std().expect("a socket");
    client.write_all(bytes.as_bytes()).expect("the kernel takes it");
    TcpStream::from_std(client).expect("a socket")
}

/// Sends a request after the server's FIN. The client may see an end or an error, but no answer.
async fn assert_unanswered(client: &mut TcpStream) {
    if client.write_all(REQUEST.as_bytes()).await.is_ok() {
        let mut rest = Vec::new();
        let _ = within("an end or an error", client.read_to_end(&mut rest)).await;
        assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    }
}

#[tokio::test]
async fn request_after_the_last_answer_is_never_executed() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(1)).await;
    let mut client = server.held(&work).await;
    server.terminate().await;
    work.let_go(1);
    assert!(read_answer(&mut client).await.expect("an answer").says_close());
    assert!(closed(&mut client).await);
    // The server lingers, and reads these bytes.
    client.write_all(REQUEST.as_bytes()).await.expect("no reset");
    assert!(closed(&mut client).await);
    drop(client);
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 1);
}

#[tokio::test]
async fn request_on_a_closed_idle_or_silent_connection_is_never_executed() {
    let work = Work::new();
    let server = Server::start(brisk(), work.app(1)).await;
    let mut idle = server.connect().await;
    get(&mut idle, "/").await;
    let mut silent = server.connect().await;
    server.terminate().await;
    for client in [&mut idle, &mut silent] {
        assert!(closed(client).await);
        assert_unanswered(client).await;
    }
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 1);
}

/// Bytes in the kernel's buffer at the close count as received. The server reads them even without
/// any grace.
#[tokio::test]
async fn connection_with_bytes_in_the_kernel_is_not_closed_as_idle() {
    let work = Work::new();
    let server = Server::start(brisk(), work.app(1)).await;
    let mut idle = server.connect().await;
    get(&mut idle, "/").await;
    let mut half = server.connect().await;
    get(&mut half, "/").await;
    // hyper closes a connection differently after a request with a body.
    let mut uploaded = server.connect().await;
    uploaded.write_all(UPLOAD.as_bytes()).await.expect("sent");
    read_answer(&mut uploaded).await.expect("an answer");
    let silent = server.connect().await;
    // The server has accepted this connection, which has not sent a byte.
    tokio::task::yield_now().await;

    // No await from here to the signal, so the server does not run.
    let idle = send_unnoticed(idle, REQUEST);
    let uploaded = send_unnoticed(uploaded, UPLOAD);
    let silent = send_unnoticed(silent, REQUEST);
    let mut half = send_unnoticed(half, "GET / HT");
    server.signal(Signal::Terminate);

    for mut client in [idle, uploaded, silent] {
        let answer = read_answer(&mut client).await.expect("the server answers");
        assert_eq!((answer.status(), answer.says_close()), (200, true));
        assert!(closed(&mut client).await);
    }
    half.write_all(b"TP/1.1\r\nhost: test\r\n\r\n")
        .await
        .expect("the server waits for half a head");
    assert_eq!(read_answer(&mut half).await.expect("an answer").status(), 200);
    drop(half);
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 7);
}

/// Clients send their next request as soon as they have an answer. The server closes without any
/// grace, so some requests cross its FIN. The server must not execute those, and must not reset a
/// connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executed_requests_are_answered_when_requests_cross_the_fin() {
    const CLIENTS: usize = 32;
    let work = Work::new();
    let server = Server::start(brisk(), work.app(1)).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let mut client = server.connect().await;
        let answered = Arc::clone(&answered);
        let request = [REQUEST, UPLOAD][number % 2];
        clients.spawn(async move {
            while client.write_all(request.as_bytes()).await.is_ok() {
                let mut first = [0];
                if client.read(&mut first).await.expect("no reset before our FIN") == 0 {
                    return;
                }
                let rest = read_answer(&mut client).await.expect("an answer that begins is whole");
                answered.fetch_add(1, Ordering::SeqCst);
                if rest.says_close() {
                    assert!(closed(&mut client).await);
                    return;
                }
            }
        });
    }
    // Wait until the clients are busy.
    while answered.load(Ordering::SeqCst) < 10 * CLIENTS {
        tokio::task::yield_now().await;
    }
    server.terminate().await;
    within("all clients to end", async {
        while let Some(client) = clients.join_next().await {
            client.expect("no panic");
        }
    })
    .await;
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), answered.load(Ordering::SeqCst));
}
