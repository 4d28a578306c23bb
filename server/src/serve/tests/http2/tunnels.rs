//! Tunnels are streams (RFC 9113, section 8.5), and may carry WebSockets (RFC 8441).

use super::frames::{
    ACK, DATA, END_HEADERS, END_STREAM, HEADERS, PING, connect, frame, pong, read, read_kind,
};
use crate::Policy;
use crate::drain::ConnectionClass;
use crate::serve::tests::upgraded::app;
use crate::testing::{Client, Rig, ms};

/// An uncompressed HPACK header. Its name is an index of the static table, or a new name.
fn literal(place: u8, name: &str, value: &str) -> Vec<u8> {
    let mut header = vec![place];
    for text in [name, value].into_iter().filter(|it| !it.is_empty()) {
        header.push(u8::try_from(text.len()).expect("short"));
        header.extend(text.as_bytes());
    }
    header
}

/// The CONNECT request of a WebSocket.
fn websocket(stream: u32) -> Vec<u8> {
    let mut head = literal(2, "", "CONNECT");
    head.extend(literal(0, ":protocol", "websocket"));
    head.push(0x86); // :scheme: http
    head.push(0x84); // :path: /
    head.extend(literal(1, "", "far.test"));
    frame(HEADERS, END_HEADERS, stream, &head)
}

async fn open(rig: &Rig) -> Client {
    let mut client = connect(rig).await;
    client.send(websocket(1)).await;
    let head = read_kind(&mut client, HEADERS).await;
    assert_eq!((head.stream, head.payload[0] & 0x7f), (1, 8), "200 in the static table");
    client.send(frame(DATA, 0, 1, b"x")).await;
    assert_eq!(read_kind(&mut client, DATA).await.payload, b"x");
    client
}

#[tokio::test(start_paused = true)]
async fn http2_tunnel_that_awaits_the_drain_ends_with_it() {
    let mut rig = Rig::new(Policy::default(), app(true));
    let mut client = open(&rig).await;
    rig.terminate().await;
    let mut bytes = Vec::new();
    while let Some(frame) = read(&mut client).await {
        match frame.kind {
            PING => client.send(self::frame(PING, ACK, 0, &frame.payload)).await,
            DATA => {
                bytes.extend(frame.payload);
                if frame.flags & END_STREAM != 0 {
                    client.send(self::frame(DATA, END_STREAM, 1, b"")).await;
                }
            }
            _ => {}
        }
    }
    assert_eq!(bytes, b"bye");
    drop(client);
    let report = rig.report().await;
    assert!(report.clean, "{report}");
    assert_eq!(report.took_ms, 0);
}

#[tokio::test(start_paused = true)]
async fn http2_tunnel_that_ignores_the_drain_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), app(false));
    let mut client = open(&rig).await;
    rig.terminate().await;
    pong(&mut client).await;
    tokio::time::advance(ms(7_999)).await;
    client.send(frame(DATA, 0, 1, b"y")).await;
    assert_eq!(read_kind(&mut client, DATA).await.payload, b"y");
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_000);
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Http2);
}
