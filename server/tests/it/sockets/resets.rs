use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::kernel::write_side_shut;
use super::rig::{Server, Work, patient};
use crate::http::{closed, read_answer, send_get};
use crate::within::within;

/// More bytes than the client's receive buffer takes. The end of an answer then waits in the
/// server's kernel, where a reset would destroy it.
const BIG: usize = 200_000;

/// A client with a small receive buffer, which has not read a byte yet.
pub(crate) async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("allowed");
    socket.connect(address).await.expect("the server listens")
}

/// Reads a whole answer of [`BIG`] bytes, and then a close without a reset.
async fn assert_whole(client: &mut TcpStream) {
    let answer = read_answer(client).await.expect("no reset in the answer");
    assert_eq!((answer.status(), answer.body.len()), (200, BIG));
    assert!(answer.says_close());
    assert!(closed(client).await);
}

#[tokio::test]
async fn early_answer_over_an_unread_body_arrives_whole() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(BIG)).await;
    let mut client = narrow(server.address()).await;
    // The handler does not read the body, and a part of the body has already arrived.
    let head = "POST /held HTTP/1.1\r\nhost: test\r\ncontent-length: 6000000\r\n\r\n";
    client.write_all(head.as_bytes()).await.expect("sent");
    client.write_all(&[b'x'; 100_000]).await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    work.let_go(1);
    // The rest is sent before the answer is read, as many clients do.
    let (reader, mut writer) = client.into_split();
    let sending = tokio::spawn(async move {
        for _ in 0..59 {
            writer.write_all(&[b'x'; 100_000]).await.expect("the server continues to read");
        }
        writer
    });
    let writer = within("the server to read the body", sending).await.expect("no panic");
    let mut client = reader.reunite(writer).expect("two halves of one");
    assert_whole(&mut client).await;
    drop(client);
    let report = server.report().await;
    assert!(report.clean);
    assert_eq!(report.finished, 1);
}

#[tokio::test]
async fn unread_pipelined_requests_destroy_no_answer() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(BIG)).await;
    let mut client = narrow(server.address()).await;
    send_get(&mut client, "/held").await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    let more = "GET / HTTP/1.1\r\nhost: test\r\n\r\n".repeat(10_000);
    client.write_all(more.as_bytes()).await.expect("the kernel takes them");
    work.let_go(1);
    // The server has written everything and its FIN, and most of it has not arrived. A reset would
    // destroy it now.
    assert!(write_side_shut(&client).await.unsent > BIG / 2);
    client.write_all(more.as_bytes()).await.expect("the server continues to read");
    assert_whole(&mut client).await;
    drop(client);
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 1);
}

/// The client shuts its write side while the answer is on its way.
#[tokio::test]
async fn client_that_shuts_its_write_side_gets_the_whole_answer() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(BIG)).await;
    let mut client = narrow(server.address()).await;
    send_get(&mut client, "/held").await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    work.let_go(1);
    assert!(write_side_shut(&client).await.unsent > BIG / 2);
    client.shutdown().await.expect("open");
    // The server has ended, and the answer is still on its way.
    assert!(server.report().await.clean);
    assert_whole(&mut client).await;
}

/// The server shuts its write side first, and still reads the client's bytes.
#[tokio::test]
async fn server_keeps_reading_after_the_last_answer() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(1)).await;
    let mut client = server.held(&work).await;
    server.terminate().await;
    work.let_go(1);
    assert!(read_answer(&mut client).await.expect("no reset").says_close());
    assert!(closed(&mut client).await);
    // More bytes than the kernels can buffer, so the server must read.
    let mebibyte = vec![b'x'; 1 << 20];
    for _ in 0..7 {
        let sent = within("the server to read", client.write_all(&mebibyte)).await;
        sent.expect("no reset");
    }
    assert!(!server.is_done());
    drop(client);
    assert!(server.report().await.clean);
}
