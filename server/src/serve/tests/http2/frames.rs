use tokio::io::AsyncReadExt;

use crate::testing::{Client, Rig};

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;

/// A flag of SETTINGS and PING.
pub(super) const ACK: u8 = 1;
/// A flag of DATA and HEADERS.
pub(super) const END_STREAM: u8 = 1;
/// A flag of HEADERS.
pub(super) const END_HEADERS: u8 = 4;

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// GET of a path, in HPACK: method and scheme from the static table, the path as a literal.
pub(super) fn get(stream: u32, path: &str) -> Vec<u8> {
    let mut head = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).expect("short")];
    head.extend(path.as_bytes());
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &head)
}

/// Reads the next frame; `None` at the end.
pub(super) async fn read(client: &mut Client) -> Option<Frame> {
    let mut head = [0; 9];
    client.0.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    let mut payload = vec![0; usize::try_from(length).expect("short")];
    client.0.read_exact(&mut payload).await.expect("a whole frame");
    Some(Frame { kind: head[3], flags: head[4], stream, payload })
}

/// Reads the next frame of a kind, and skips settings, acknowledgements and windows.
pub(super) async fn read_kind(client: &mut Client, kind: u8) -> Frame {
    loop {
        let frame = read(client).await.expect("more frames");
        if frame.kind == kind {
            return frame;
        }
    }
}

pub(super) async fn connect(rig: &Rig) -> Client {
    let mut client = rig.connect();
    client.send(PREFACE).await;
    client.send(frame(SETTINGS, 0, 0, &[])).await;
    read_kind(&mut client, SETTINGS).await;
    client.send(frame(SETTINGS, ACK, 0, &[])).await;
    client
}

pub(super) fn last_stream(goaway: &Frame) -> u32 {
    u32::from_be_bytes(goaway.payload[..4].try_into().expect("an id"))
}

/// Answers the PING between the two GOAWAYs of a drain. The server then sends the second one.
pub(super) async fn pong(client: &mut Client) {
    let ping = read_kind(client, PING).await;
    client.send(frame(PING, ACK, 0, &ping.payload)).await;
}
