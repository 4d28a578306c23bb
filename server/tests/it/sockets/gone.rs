use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{Server, Work, patient};
use crate::http::{get, send_get};

/// Far more than any two kernels hold.
const HUGE: usize = 64 << 20;

/// Goes without a word: what the kernel of a killed process does when bytes were unread.
fn reset(client: TcpStream) {
    client.set_zero_linger().expect("a socket");
    drop(client);
}

#[tokio::test]
async fn one_that_resets_takes_its_handler_along() {
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

/// One of each kind that is waited for.
#[tokio::test]
async fn none_that_is_gone_is_waited_for() {
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
    // One that comes later has been served, so these have been read.
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
async fn one_that_resets_while_it_is_written_to_is_uncounted_at_once() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(HUGE)).await;
    let mut client = server.connect().await;
    send_get(&mut client, "/").await.expect("sent");
    // The answer is on its way, and fills every buffer.
    client.read_u8().await.expect("the answer begins");
    server.terminate().await;
    reset(client);
    let report = server.report().await;
    assert_eq!((report.at_signal.requests, report.aborted.requests), (1, 0));
}

#[tokio::test]
async fn one_that_stops_reading_is_cut_and_named() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(HUGE)).await;
    let mut client = server.connect().await;
    send_get(&mut client, "/").await.expect("sent");
    client.read_u8().await.expect("the answer begins");
    server.cut().await;
    let report = server.report().await;
    assert_eq!(report.aborted.requests, 1);
    assert_eq!(report.aborted_connections[0].requests[0].path, "/");
    // What it then reads is not whole, and does not look so.
    let mut rest = Vec::new();
    let _ = client.read_to_end(&mut rest).await;
    assert!(rest.len() < HUGE);
}
