use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::process::Example;
use crate::within::within;

/// A client that has received an echo, so the server has certainly left HTTP.
async fn open(example: &Example) -> WebSocketStream<TcpStream> {
    let url = format!("ws://{}/", example.address());
    let handshake = client_async(url, example.connect().await);
    let (mut socket, _) = within("the handshake", handshake).await.expect("the handshake succeeds");
    socket.send(Message::text("hello")).await.expect("the server reads");
    assert_eq!(next(&mut socket).await, Message::text("hello"));
    socket
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Message {
    let message = within("a message", socket.next()).await;
    message.expect("the socket is open").expect("no error")
}

#[tokio::test]
async fn websocket_sends_close_1001_and_waits_for_the_close_frame() {
    let example = Example::start("websocket").await;
    let mut early = open(&example).await;
    let mut late = open(&example).await;
    example.terminate();
    for socket in [&mut early, &mut late] {
        let Message::Close(Some(goodbye)) = next(socket).await else {
            panic!("not a goodbye");
        };
        assert_eq!(goodbye.code, CloseCode::Away);
        assert_eq!(goodbye.reason.as_str(), "shutting down");
    }
    // Polling each socket sends its close frame back. Then the connection closes cleanly.
    for mut socket in [early, late] {
        let end = within("the end of the stream", socket.next()).await;
        assert!(end.is_none(), "{end:?}");
    }
    let finished = example.finish().await;
    finished.assert_clean();
    let report = finished.stdout;
    assert!(report.contains("0 in flight, 0 connections, 2 upgraded"), "{report}");
}
