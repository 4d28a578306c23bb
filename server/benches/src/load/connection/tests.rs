use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Answer, Connection, Loss, NotOpened};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// What a server does with a connection after it has read a request.
#[derive(Clone, Copy, Debug)]
enum Does {
    Writes(&'static [u8]),
    /// Closes with unread input, which resets.
    Resets,
}

async fn serve(listener: TcpListener, does: Does) -> io::Result<()> {
    let (mut stream, _) = listener.accept().await?;
    match does {
        Does::Writes(bytes) => {
            stream.read_exact(&mut [0; REQUEST.len()]).await?;
            stream.write_all(bytes).await?;
            stream.shutdown().await?;
            // Wait until the client is gone, so that only the FIN ends the connection.
            stream.read_to_end(&mut Vec::new()).await?;
        }
        Does::Resets => {
            stream.read_exact(&mut [0; REQUEST.len() - 1]).await?;
        }
    }
    Ok(())
}

async fn ask(does: Does) -> Result<Answer, Loss> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = listener.local_addr().expect("an address");
    let client = async {
        let mut connection = Connection::open(target).await.expect("the server listens");
        connection.send(REQUEST).await?;
        connection.answer().await
    };
    let (served, answer) = tokio::join!(serve(listener, does), client);
    served.expect("the server succeeds");
    answer
}

#[tokio::test]
async fn every_end_of_an_answer_is_classified() {
    let whole = Ok(Answer { status: 200, close: false, length: 5 });
    let table = [
        (Does::Writes(ANSWER), whole),
        (Does::Writes(b""), Err(Loss::Closed)),
        (Does::Writes(&ANSWER[..10]), Err(Loss::Cut)),
        // All but the last byte of the body.
        (Does::Writes(&ANSWER[..ANSWER.len() - 1]), Err(Loss::Cut)),
        (Does::Writes(b"nonsense\r\n\r\n"), Err(Loss::Garbled)),
        (Does::Resets, Err(Loss::Reset)),
    ];
    for (does, expected) in table {
        assert_eq!(ask(does).await, expected, "{does:?}");
    }
}

#[tokio::test]
async fn refused_connect_is_no_loss() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = listener.local_addr().expect("an address");
    drop(listener);
    assert_eq!(Connection::open(target).await.err(), Some(NotOpened::Refused));
}

/// Returns both ends of a connection.
async fn pair() -> (TcpStream, Connection) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target: SocketAddr = listener.local_addr().expect("an address");
    let connection = Connection::open(target).await.expect("the server listens");
    (listener.accept().await.expect("the client connected").0, connection)
}

#[tokio::test]
async fn close_is_detected_before_a_request_is_sent() {
    let (server, connection) = pair().await;
    assert!(!connection.is_closed());
    // On loopback the FIN has arrived when `drop` returns. The runtime has not polled yet.
    drop(server);
    assert!(connection.is_closed());
}

#[tokio::test]
async fn reset_is_detected_as_a_close() {
    let (server, mut connection) = pair().await;
    connection.send(b"x").await.expect("the connection is open");
    server.readable().await.expect("the byte arrives");
    drop(server);
    assert!(connection.is_closed());
}

#[tokio::test]
async fn answers_in_one_read_are_separated() {
    let (mut server, mut connection) = pair().await;
    let both = [ANSWER, b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"].concat();
    server.write_all(&both).await.expect("the connection is open");
    let first = connection.answer().await.expect("whole");
    let second = connection.answer().await.expect("whole");
    assert_eq!((first.status, second.status), (200, 503));
    assert!(first.is_success() && !second.is_success());
}
