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

/// Sends without an await, so that a runtime of one thread does not hear of it.
fn send_unheard(client: TcpStream, bytes: &str) -> TcpStream {
    let mut client = client.into_std().expect("a socket");
    client.write_all(bytes.as_bytes()).expect("the kernel takes it");
    TcpStream::from_std(client).expect("a socket")
}

/// Sends once more behind the server's FIN. Whatever becomes of that, it is no answer.
async fn assert_unheard(client: &mut TcpStream) {
    if client.write_all(REQUEST.as_bytes()).await.is_ok() {
        let mut rest = Vec::new();
        let _ = within("an end or an error", client.read_to_end(&mut rest)).await;
        assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    }
}

#[tokio::test]
async fn a_request_behind_the_end_of_an_answer_is_never_executed() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(1)).await;
    let mut client = server.held(&work).await;
    server.terminate().await;
    work.let_go(1);
    assert!(read_answer(&mut client).await.expect("an answer").says_close());
    assert!(closed(&mut client).await);
    // The server lingers, and reads this.
    client.write_all(REQUEST.as_bytes()).await.expect("no reset");
    assert!(closed(&mut client).await);
    drop(client);
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 1);
}

#[tokio::test]
async fn nor_is_one_on_a_connection_that_was_closed_idle_or_silent() {
    let work = Work::new();
    let server = Server::start(brisk(), work.app(1)).await;
    let mut idle = server.connect().await;
    get(&mut idle, "/").await;
    let mut silent = server.connect().await;
    server.terminate().await;
    for client in [&mut idle, &mut silent] {
        assert!(closed(client).await);
        assert_unheard(client).await;
    }
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 1);
}

/// What lies in the kernel's buffer at the moment of closing has been received, and there is not a
/// moment of grace: it is looked at all the same.
#[tokio::test]
async fn bytes_that_only_the_kernel_knows_of_are_no_idle_connection() {
    let work = Work::new();
    let server = Server::start(brisk(), work.app(1)).await;
    let mut idle = server.connect().await;
    get(&mut idle, "/").await;
    let mut half = server.connect().await;
    get(&mut half, "/").await;
    // hyper goes about a connection whose last request had a body in another way.
    let mut uploaded = server.connect().await;
    uploaded.write_all(UPLOAD.as_bytes()).await.expect("sent");
    read_answer(&mut uploaded).await.expect("an answer");
    let silent = server.connect().await;
    // It is accepted, and has not sent a byte.
    tokio::task::yield_now().await;

    // From here to the signal, the server does not run.
    let idle = send_unheard(idle, REQUEST);
    let uploaded = send_unheard(uploaded, UPLOAD);
    let silent = send_unheard(silent, REQUEST);
    let mut half = send_unheard(half, "GET / HT");
    server.signal(Signal::Terminate);

    for mut client in [idle, uploaded, silent] {
        let answer = read_answer(&mut client).await.expect("it was received in time");
        assert_eq!((answer.status(), answer.says_close()), (200, true));
        assert!(closed(&mut client).await);
    }
    half.write_all(b"TP/1.1\r\nhost: test\r\n\r\n").await.expect("half a head is waited for");
    assert_eq!(read_answer(&mut half).await.expect("an answer").status(), 200);
    drop(half);
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 7);
}

/// Clients that send their next request as soon as they have an answer, through a close without a
/// moment of grace: some requests cross our FIN. Those are not executed, and no connection ends but
/// in good order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_executed_is_answered_however_the_fin_is_crossed() {
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
                let rest = read_answer(&mut client).await.expect("what begins is whole");
                answered.fetch_add(1, Ordering::SeqCst);
                if rest.says_close() {
                    assert!(closed(&mut client).await);
                    return;
                }
            }
        });
    }
    // All of them are at it.
    while answered.load(Ordering::SeqCst) < 10 * CLIENTS {
        tokio::task::yield_now().await;
    }
    server.terminate().await;
    within("all clients are to end", async {
        while let Some(client) = clients.join_next().await {
            client.expect("no panic");
        }
    })
    .await;
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), answered.load(Ordering::SeqCst));
}
