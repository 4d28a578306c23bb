//! HTTP/2: tunnels, which are streams (RFC 9113, 8.5) and may carry WebSockets (RFC 8441).

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::http2::{ACK, DATA, HEADERS, PING, connect, frame, read, read_kind};
use crate::report::ConnectionClass;
use crate::testing::{Client, Rig, ms};
use crate::{Drain, Policy};

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A header of HPACK without compression: the name of this place in the static table, or a new one.
fn literal(place: u8, name: &str, value: &str) -> Vec<u8> {
    let mut header = vec![place];
    for text in [name, value].into_iter().filter(|it| !it.is_empty()) {
        header.push(u8::try_from(text.len()).expect("short"));
        header.extend(text.as_bytes());
    }
    header
}

/// A WebSocket's CONNECT.
fn websocket(stream: u32) -> Vec<u8> {
    let mut head = literal(2, "", "CONNECT");
    head.extend(literal(0, ":protocol", "websocket"));
    head.push(0x86); // :scheme: http
    head.push(0x84); // :path: /
    head.extend(literal(1, "", "far.test"));
    frame(HEADERS, END_HEADERS, stream, &head)
}

/// Echoes; ends when it is told of the drain, if it is `polite`.
fn app(polite: bool) -> Router {
    Router::new().fallback(move |mut request: Request| async move {
        let drain = request.extensions().get::<Drain>().expect("in every request").clone();
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut io = TokioIo::new(upgraded.await.expect("the answer was written"));
            let mut byte = [0];
            loop {
                tokio::select! {
                    () = drain.draining(), if polite => {
                        io.write_all(b"bye").await.expect("open");
                        io.shutdown().await.expect("open");
                        return;
                    }
                    read = io.read_exact(&mut byte) => match read {
                        Ok(_) => io.write_all(&byte).await.expect("open"),
                        Err(_) => return,
                    },
                }
            }
        });
    })
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
async fn one_that_listens_to_the_drain_ends_it() {
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
async fn one_that_does_not_flows_until_the_deadline() {
    let mut rig = Rig::new(Policy::default(), app(false));
    let mut client = open(&rig).await;
    rig.terminate().await;
    let ping = read_kind(&mut client, PING).await;
    client.send(frame(PING, ACK, 0, &ping.payload)).await;
    tokio::time::advance(ms(7_999)).await;
    client.send(frame(DATA, 0, 1, b"y")).await;
    assert_eq!(read_kind(&mut client, DATA).await.payload, b"y");
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_000);
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Http2);
}
