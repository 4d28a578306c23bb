use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{Server, Work, patient};
use crate::http::{get, send_get};

/// More bytes than two kernels can buffer.
const HUGE: usize = 64 << 20;

/// Resets the connection, as the kernel does for a killed process with unread bytes.
fn reset(client: TcpStream) {
    client.set_zero_linger().expect("a socket");
    drop(client);
}

#[tokio::test]
async fn client_reset_drops_its_handler() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(1)).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(server.held(&work).await);
    }
    server.terminate().await;
    clients.drain(..).for_each(reset);
    for _ in 0..3 {
        work.dropped().await;
    }
    let report = server.report().await;
    assert_eq!((report.at_signal.requests, report.aborted.requests), (3, 0));
    assert!(report.clean);
}

/// One connection of each kind that the server waits for.
#[tokio::test]
async fn drain_does_not_wait_for_disconnected_clients() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(1)).await;
    let mut used = server.connect().await;
    get(&mut used, "/").await;
    let silent = server.connect().await;
    let mut head = server.connect().await;
    head.write_all(b"GET / HT").await.expect("sent");
    let mut body = server.connect().await;
    let half = "POST /echo HTTP/1.1\r\nhost: test\r\ncontent-length: 9\r\n\r\nhalf";
    body.write_all(half.as_bytes()).await.expect("sent");
    // The server has served a later connection, so it has read these bytes too.
    let mut last = server.connect().await;
    get(&mut last, "/").await;
    server.terminate().await;
    assert!(!server.is_done());
    [used, silent, head, body, last].into_iter().for_each(reset);
    let report = server.report().await;
    assert!(report.clean, "{report}");
    assert_eq!(report.at_signal.connections, 5);
}

#[tokio::test]
async fn client_reset_during_an_answer_ends_the_drain_at_once() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(HUGE)).await;
    let mut client = server.connect().await;
    send_get(&mut client, "/").await.expect("sent");
    // The answer fills every buffer by now.
    client.read_u8().await.expect("the answer begins");
    server.terminate().await;
    reset(client);
    let report = server.report().await;
    assert_eq!((report.at_signal.requests, report.aborted.requests), (1, 0));
}

#[tokio::test]
async fn client_that_stops_reading_is_cut_and_reported() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(HUGE)).await;
    let mut client = server.connect().await;
    send_get(&mut client, "/").await.expect("sent");
    client.read_u8().await.expect("the answer begins");
    server.cut().await;
    let report = server.report().await;
    assert_eq!(report.aborted.requests, 1);
    assert_eq!(report.aborted_connections[0].requests[0].path, "/");
    // The client receives a part of the answer, and can recognize that it is incomplete.
    let mut rest = Vec::new();
    let _ = client.read_to_end(&mut rest).await;
    assert!(rest.len() < HUGE);
}
