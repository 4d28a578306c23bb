use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::kernel::write_side_shut;
use super::rig::{Server, Work, patient};
use crate::http::{closed, read_answer, send_get};
use crate::within::within;

/// More than a socket of the client below takes in, so that the end of an answer waits in the
/// server's kernel: there a reset would destroy it.
const BIG: usize = 200_000;

/// A client whose kernel holds little, and who has not read a byte yet.
pub(crate) async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("allowed");
    socket.connect(address).await.expect("the server listens")
}

/// The whole answer of [`BIG`] bytes, and then the end in good order.
async fn assert_whole(client: &mut TcpStream) {
    let answer = read_answer(client).await.expect("no reset in the answer");
    assert_eq!((answer.status(), answer.body.len()), (200, BIG));
    assert!(answer.says_close());
    assert!(closed(client).await);
}

#[tokio::test]
async fn an_early_answer_over_an_unread_body_arrives_whole() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(BIG)).await;
    let mut client = narrow(server.address()).await;
    // The handler does not look at the body, of which a part is there already.
    let head = "POST /held HTTP/1.1\r\nhost: test\r\ncontent-length: 6000000\r\n\r\n";
    client.write_all(head.as_bytes()).await.expect("sent");
    client.write_all(&[b'x'; 100_000]).await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    work.let_go(1);
    // And the rest is sent without a look at the answer, which is what many clients do.
    let (reader, mut writer) = client.into_split();
    let sending = tokio::spawn(async move {
        for _ in 0..59 {
            writer.write_all(&[b'x'; 100_000]).await.expect("the server goes on reading");
        }
        writer
    });
    let writer = within("the body is to be taken", sending).await.expect("no panic");
    let mut client = reader.reunite(writer).expect("two halves of one");
    assert_whole(&mut client).await;
    drop(client);
    let report = server.report().await;
    assert!(report.clean);
    assert_eq!(report.finished, 1);
}

#[tokio::test]
async fn nor_do_unread_requests_behind_one_destroy_its_answer() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(BIG)).await;
    let mut client = narrow(server.address()).await;
    send_get(&mut client, "/held").await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    let more = "GET / HTTP/1.1\r\nhost: test\r\n\r\n".repeat(10_000);
    client.write_all(more.as_bytes()).await.expect("the kernel takes them");
    work.let_go(1);
    // Everything is written and the FIN behind it, and most of it has not arrived: now a reset
    // would hurt.
    assert!(write_side_shut(&client).await.unsent > BIG / 2);
    client.write_all(more.as_bytes()).await.expect("the server reads on");
    assert_whole(&mut client).await;
    drop(client);
    assert!(server.report().await.clean);
    assert_eq!(work.executed(), 1);
}

/// The client says that it will send no more, when the answer is on its way.
#[tokio::test]
async fn a_client_that_shuts_its_write_side_reads_what_was_written() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(BIG)).await;
    let mut client = narrow(server.address()).await;
    send_get(&mut client, "/held").await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    work.let_go(1);
    assert!(write_side_shut(&client).await.unsent > BIG / 2);
    client.shutdown().await.expect("open");
    // The server has nothing left to do, and the answer is still on its way.
    assert!(server.report().await.clean);
    assert_whole(&mut client).await;
}

/// Our write side first: the client has its end, and the server still takes what it sends.
#[tokio::test]
async fn after_the_end_of_an_answer_the_server_reads_on() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(1)).await;
    let mut client = server.held(&work).await;
    server.terminate().await;
    work.let_go(1);
    assert!(read_answer(&mut client).await.expect("no reset").says_close());
    assert!(closed(&mut client).await);
    // More than the kernels hold between them, so somebody must read.
    let mebibyte = vec![b'x'; 1 << 20];
    for _ in 0..7 {
        let sent = within("the server is to read", client.write_all(&mebibyte)).await;
        sent.expect("no reset");
    }
    assert!(!server.is_done());
    drop(client);
    assert!(server.report().await.clean);
}
