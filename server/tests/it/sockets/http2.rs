use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::kernel::write_side_shut;
use super::resets::narrow;
use super::rig::{Server, Work, patient};
use crate::within::within;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
/// A frame type that no standard defines. Every peer must ignore it (RFC 9113, section 5.5).
const UNKNOWN: u8 = 0xee;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
/// Less than the initial window of 65,535 bytes.
const SIZE: usize = 60_000;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head, &stream.to_be_bytes()[..], payload].concat()
}

/// Reads the next frame: type, flags and payload; `None` at an end without a reset.
async fn read(client: &mut TcpStream) -> Option<(u8, u8, Vec<u8>)> {
    let mut head = [0; 9];
    let read = within("a frame or the end", client.read(&mut head[..1])).await;
    if read.expect("no reset") == 0 {
        return None;
    }
    client.read_exact(&mut head[1..]).await.expect("a whole head");
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).expect("short")];
    client.read_exact(&mut payload).await.expect("a whole frame");
    Some((head[3], head[4], payload))
}

/// The server has sent its last GOAWAY and closed. The answer is still in the server's kernel when
/// more frames arrive.
#[tokio::test]
async fn http2_frames_after_the_close_destroy_no_answer() {
    let work = Work::new();
    let server = Server::start(patient(), work.app(SIZE)).await;
    let mut client = narrow(server.address()).await;
    client.write_all(PREFACE).await.expect("sent");
    client.write_all(&frame(SETTINGS, 0, 0, &[])).await.expect("sent");
    let get = [&[0x82, 0x86, 0x04, 5][..], b"/held"].concat();
    client.write_all(&frame(HEADERS, 5, 1, &get)).await.expect("sent");
    work.arrived().await;
    server.terminate().await;
    let mut goodbyes = 0;
    while goodbyes < 2 {
        let (kind, _, payload) = read(&mut client).await.expect("a stream is open");
        if kind == PING {
            client.write_all(&frame(PING, ACK, 0, &payload)).await.expect("sent");
        }
        goodbyes += usize::from(kind == GOAWAY);
    }
    work.let_go(1);
    assert!(write_side_shut(&client).await.unsent > SIZE / 2);
    for _ in 0..100 {
        client.write_all(&frame(UNKNOWN, 0, 0, &[0; 1_000])).await.expect("no reset");
    }
    let (mut received, mut ended) = (0, false);
    while let Some((kind, flags, payload)) = read(&mut client).await {
        if kind == DATA {
            received += payload.len();
            ended |= flags & END_STREAM != 0;
        }
    }
    assert_eq!((received, ended), (SIZE, true));
    drop(client);
    let report = server.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
}
