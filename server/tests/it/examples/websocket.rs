use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::process::Example;
use crate::within::within;

/// A client that has had an echo, so that the other side surely has left HTTP.
async fn open(example: &Example) -> WebSocketStream<TcpStream> {
    let url = format!("ws://{}/", example.place());
    let handshake = client_async(url, example.connect().await);
    let (mut socket, _) = within("the handshake", handshake).await.expect("it succeeds");
    socket.send(Message::text("hello")).await.expect("the server reads");
    assert_eq!(next(&mut socket).await, Message::text("hello"));
    socket
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Message {
    let message = within("a message is to come", socket.next()).await;
    message.expect("it is open").expect("no error")
}

#[tokio::test]
async fn it_says_that_it_is_going_away_and_waits_for_the_answer() {
    let example = Example::start("websocket").await;
    let mut told = open(&example).await;
    let mut late = open(&example).await;
    example.terminate();
    for socket in [&mut told, &mut late] {
        let Message::Close(Some(goodbye)) = next(socket).await else {
            panic!("not a goodbye");
        };
        assert_eq!(goodbye.code, CloseCode::Away);
        assert_eq!(goodbye.reason.as_str(), "shutting down");
    }
    // Both answer as they are asked for more, and then it is closed in good order.
    for mut socket in [told, late] {
        let end = within("the end", socket.next()).await;
        assert!(end.is_none(), "{end:?}");
    }
    let finished = example.finish().await;
    finished.assert_clean();
    let report = finished.stdout;
    assert!(report.contains("0 in flight, 0 connections, 2 upgraded"), "{report}");
}
