//! HTTP/2, frame by frame.

use tokio::io::AsyncReadExt;

use crate::report::ConnectionClass;
use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Drain, Policy};

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const ACK: u8 = 1;
/// END_STREAM and END_HEADERS.
pub(super) const WHOLE: u8 = 5;

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
    frame(HEADERS, WHOLE, stream, &head)
}

/// The next frame; `None` at the end.
pub(super) async fn read(client: &mut Client) -> Option<Frame> {
    let mut head = [0; 9];
    client.0.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    let mut payload = vec![0; usize::try_from(length).expect("short")];
    client.0.read_exact(&mut payload).await.expect("a whole frame");
    Some(Frame { kind: head[3], flags: head[4], stream, payload })
}

/// The next frame of a kind, past settings, acknowledgements and windows.
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

#[tokio::test(start_paused = true)]
async fn goodbye_is_said_twice_and_streams_under_way_finish() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(Drain::new()));
    let mut client = connect(&rig).await;
    client.send(get(1, "/held")).await;
    rig.terminate().await;
    // First with the highest id, as no stream is refused that was on its way ...
    assert_eq!(last_stream(&read_kind(&mut client, GOAWAY).await), 0x7fff_ffff);
    let ping = read_kind(&mut client, PING).await;
    client.send(get(3, "/")).await;
    client.send(frame(PING, ACK, 0, &ping.payload)).await;
    // ... then, a round trip later, with the real one.
    let mut goodbye = None;
    let mut answered = Vec::new();
    let mut let_go = false;
    while let Some(frame) = read(&mut client).await {
        match frame.kind {
            GOAWAY => goodbye = Some(last_stream(&frame)),
            DATA if frame.flags & 1 == 1 => answered.push(frame.stream),
            _ => {}
        }
        if goodbye.is_some() && !let_go {
            let_go = true;
            gate.let_go(1);
        }
    }
    assert_eq!((goodbye, answered), (Some(3), vec![3, 1]));
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn an_idle_one_ends_when_it_has_heard() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(Drain::new()));
    let mut client = connect(&rig).await;
    rig.terminate().await;
    let ping = read_kind(&mut client, PING).await;
    client.send(frame(PING, ACK, 0, &ping.payload)).await;
    assert_eq!(last_stream(&read_kind(&mut client, GOAWAY).await), 0);
    assert!(read(&mut client).await.is_none());
    drop(client);
    assert_eq!(rig.report().await.took_ms, 0);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_answers_the_ping_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(Drain::new()));
    let client = connect(&rig).await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (0, 8_000));
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Http2);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_response_held_back_by_flow_control_is_sent_whole() {
    // Larger than the window of 65,535 bytes that a peer starts with.
    let big = || async { "x".repeat(100_000) };
    let app = axum::Router::new().route("/", axum::routing::get(big));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = connect(&rig).await;
    client.send(get(1, "/")).await;
    let mut received = 0;
    while received < 65_535 {
        received += read_kind(&mut client, DATA).await.payload.len();
    }
    rig.terminate().await;
    let ping = read_kind(&mut client, PING).await;
    client.send(frame(PING, ACK, 0, &ping.payload)).await;
    // Beyond every grace for idle connections: this one only waits for its peer.
    tokio::time::advance(ms(2_000)).await;
    let more = 50_000u32.to_be_bytes();
    client.send(frame(WINDOW_UPDATE, 0, 0, &more)).await;
    client.send(frame(WINDOW_UPDATE, 0, 1, &more)).await;
    while received < 100_000 {
        received += read_kind(&mut client, DATA).await.payload.len();
    }
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_sends_the_whole_preface_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(Drain::new()));
    let mut client = rig.connect();
    client.send(&PREFACE[..10]).await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_000);
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::HalfHead);
}

#[tokio::test(start_paused = true)]
async fn streams_left_at_the_deadline_are_cut_with_their_handlers() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(Drain::new()));
    let mut client = connect(&rig).await;
    client.send([get(1, "/held"), get(3, "/held")].concat()).await;
    assert_eq!(gate.waiting(), 2);
    tokio::time::advance(ms(100)).await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (2, 8_000));
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests.len()), (ConnectionClass::Http2, 2));
    assert_eq!(cut.requests[0].age_ms, 8_100);
    settle().await;
    assert_eq!(gate.waiting(), 0);
}
