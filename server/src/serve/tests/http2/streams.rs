//! Streams during a shutdown, and clients that stop reading or disconnect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::{get as route, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::frames::{
    ACK, DATA, END_HEADERS, END_STREAM, Frame, GOAWAY, HEADERS, PING, RST_STREAM, WINDOW_UPDATE,
    connect, frame, get, last_stream, pong, read, read_kind,
};
use crate::drain::ConnectionClass;
use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{LameDuckWork, Policy, ShutdownHandle};

/// POST of a path, in HPACK; the body follows.
fn post_head(stream: u32, path: &str) -> Vec<u8> {
    let mut head = vec![0x83, 0x86, 0x04, u8::try_from(path.len()).expect("short")];
    head.extend(path.as_bytes());
    frame(HEADERS, END_HEADERS, stream, &head)
}

/// The status of a response head, as an index of HPACK's static table.
fn status(head: &Frame) -> u8 {
    head.payload[0] & 0x7f
}
const OK: u8 = 8;

/// The handler has returned and h2 has every frame, but the client has not read.
#[tokio::test(start_paused = true)]
async fn http2_connection_stays_open_until_its_last_frame_is_written() {
    // Larger than the connection's buffer, smaller than HTTP/2's initial window.
    let app = Router::new().route("/", route(|| async { "x".repeat(20_000) }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = connect(&rig).await;
    client.send(get(1, "/")).await;
    rig.terminate().await;
    // Longer than every grace, shorter than the deadline.
    tokio::time::advance(ms(7_000)).await;
    settle().await;
    assert!(!rig.is_done());
    let mut received = 0;
    loop {
        let frame = read(&mut client).await.expect("the stream ends before the connection");
        if frame.kind == PING {
            client.send(self::frame(PING, ACK, 0, &frame.payload)).await;
        }
        if frame.kind == DATA {
            received += frame.payload.len();
            if frame.flags & END_STREAM != 0 {
                break;
            }
        }
    }
    assert_eq!(received, 20_000);
    assert_eq!(last_stream(&read_kind(&mut client, GOAWAY).await), 1);
    assert!(read(&mut client).await.is_none());
    drop(client);
    let report = rig.report().await;
    assert!(report.clean, "{report}");
}

#[tokio::test(start_paused = true)]
async fn http2_client_that_stops_reading_is_cut_at_the_deadline() {
    let app = Router::new().route("/", route(|| async { "x".repeat(20_000) }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = connect(&rig).await;
    client.send(get(1, "/")).await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_000);
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Http2);
    assert_eq!(report.aborted.connections, 1);
}

#[tokio::test(start_paused = true)]
async fn http2_stream_after_the_last_goaway_is_never_executed() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    client.send(get(1, "/held")).await;
    rig.terminate().await;
    pong(&mut client).await;
    assert_eq!(last_stream(&read_kind(&mut client, GOAWAY).await), 1);
    client.send(get(3, "/")).await;
    client.send(get(5, "/held")).await;
    assert_eq!(gate.reached(), 1);
    gate.let_go(2);
    let mut answered = Vec::new();
    while let Some(frame) = read(&mut client).await {
        if frame.kind == HEADERS {
            answered.push(frame.stream);
        }
    }
    assert_eq!((answered, gate.reached()), (vec![1], 1));
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.finished, 1);
}

#[tokio::test(start_paused = true)]
async fn http2_half_a_body_finishes_and_a_stalled_one_is_cut() {
    let app = || Router::new().route("/", post(|body: String| async move { body }));
    let mut rig = Rig::new(Policy::default(), app());
    let mut client = connect(&rig).await;
    client.send(post_head(1, "/")).await;
    client.send(frame(DATA, 0, 1, b"ha")).await;
    rig.terminate().await;
    pong(&mut client).await;
    tokio::time::advance(ms(7_000)).await;
    client.send(frame(DATA, END_STREAM, 1, b"lf")).await;
    assert_eq!(read_kind(&mut client, DATA).await.payload, b"half");
    drop(client);
    assert!(rig.report().await.clean);

    let mut rig = Rig::new(Policy::default(), app());
    let mut client = connect(&rig).await;
    client.send(post_head(1, "/")).await;
    client.send(frame(DATA, 0, 1, b"ha")).await;
    rig.terminate().await;
    pong(&mut client).await;
    let report = rig.report().await;
    assert_eq!((report.took_ms, report.aborted.requests), (8_000, 1));
    let cut = &report.aborted_connections[0];
    assert_eq!((cut.class, cut.requests[0].method.as_str()), (ConnectionClass::Http2, "POST"));
}

#[tokio::test(start_paused = true)]
async fn http2_early_answer_over_an_unread_body_is_whole() {
    let app = Router::new().route("/", post(|| async { "early" }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = connect(&rig).await;
    client.send(post_head(1, "/")).await;
    rig.terminate().await;
    client.send(frame(DATA, 0, 1, &[b'x'; 600])).await;
    let mut body = Vec::new();
    while let Some(frame) = read(&mut client).await {
        match frame.kind {
            DATA => body.extend(frame.payload),
            PING => client.send(self::frame(PING, ACK, 0, &frame.payload)).await,
            // NO_ERROR: the server wants no more of the body, and the answer is valid (RFC 9113,
            // section 8.1).
            RST_STREAM => assert_eq!(frame.payload, [0; 4]),
            _ => {}
        }
    }
    assert_eq!(body, b"early");
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn http2_stream_reset_drops_its_handler() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    client.send([get(1, "/held"), get(3, "/held")].concat()).await;
    assert_eq!(gate.waiting(), 2);
    client.send(frame(RST_STREAM, 0, 1, &8u32.to_be_bytes())).await;
    assert_eq!(gate.waiting(), 1);
    rig.terminate().await;
    pong(&mut client).await;
    gate.let_go(1);
    assert_eq!(read_kind(&mut client, HEADERS).await.stream, 3);
    assert!(drained(&mut client).await);
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn disconnected_http2_client_is_not_counted() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    client.send([get(1, "/held"), get(3, "/held")].concat()).await;
    rig.terminate().await;
    assert!(!rig.is_done());
    drop(client);
    settle().await;
    assert_eq!(gate.waiting(), 0);
    let report = rig.report().await;
    assert_eq!((report.at_signal.requests, report.aborted.requests), (2, 0));
    assert_eq!(report.took_ms, 0);
}

/// The connection's task reads the request and notices the cut in one turn. The handler's first
/// turn would come later.
#[tokio::test(start_paused = true)]
async fn http2_stream_cut_before_its_handler_runs_is_not_executed() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    rig.terminate().await;
    // At the deadline, before the driver's turn.
    tokio::time::sleep(ms(8_000)).await;
    client.0.write_all(&get(1, "/")).await.expect("room for the request");
    let report = rig.report().await;
    assert_eq!((report.took_ms, report.aborted.connections), (8_000, 1));
    settle().await;
    assert_eq!(gate.reached(), 0);
}

#[tokio::test(start_paused = true)]
async fn refusing_lame_duck_executes_no_new_http2_stream() {
    let gate = Gate::new();
    let policy = Policy::default().lame_duck(ms(1_000)).lame_duck_work(LameDuckWork::Refuse);
    let mut rig = Rig::new(policy, gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    client.send(get(1, "/held")).await;
    rig.terminate().await;
    // The client does not acknowledge the PING, so new streams are still accepted.
    client.send(get(3, "/")).await;
    let refused = read_kind(&mut client, HEADERS).await;
    assert_eq!(refused.stream, 3);
    assert_ne!(status(&refused), OK);
    let body = read_kind(&mut client, DATA).await;
    assert_eq!(body.payload, br#"{"status":"shutting_down"}"#);
    gate.let_go(1);
    let served = read_kind(&mut client, HEADERS).await;
    assert_eq!((served.stream, status(&served)), (1, OK));
    assert_eq!(gate.reached(), 1);
}

#[tokio::test(start_paused = true)]
async fn http2_response_held_back_by_flow_control_is_sent_whole() {
    // Larger than the initial window of 65,535 bytes.
    let big = || async { "x".repeat(100_000) };
    let app = Router::new().route("/", route(big));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = connect(&rig).await;
    client.send(get(1, "/")).await;
    let mut received = 0;
    while received < 65_535 {
        received += read_kind(&mut client, DATA).await.payload.len();
    }
    rig.terminate().await;
    pong(&mut client).await;
    // Longer than every grace for idle connections. This connection waits only for its peer.
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
async fn http2_streams_left_at_the_deadline_are_cut_with_their_handlers() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
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

/// The handlers are separate tasks. Another connection's end wakes the driver before their turn.
#[tokio::test(start_paused = true)]
async fn http2_handlers_that_are_cut_are_dropped_before_the_release() {
    let gate = Gate::new();
    let (at_release, seen) = (gate.clone(), Arc::new(AtomicUsize::new(usize::MAX)));
    let still_there = Arc::clone(&seen);
    let mut rig = Rig::with(Policy::default(), gate.app(ShutdownHandle::new()), |serve| {
        serve.release("pool", ms(100), move || async move {
            still_there.store(at_release.waiting(), Ordering::Relaxed);
        })
    });
    let mut other = rig.connect();
    other.get("/held").await;
    let mut client = connect(&rig).await;
    client.send([get(1, "/held"), get(3, "/held")].concat()).await;
    assert_eq!(gate.waiting(), 3);
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (3, 8_000));
    assert_eq!(seen.load(Ordering::Relaxed), 0);
}

/// Reads until the end. Returns whether the connection ended without an error.
async fn drained(client: &mut Client) -> bool {
    let mut rest = Vec::new();
    client.0.read_to_end(&mut rest).await.is_ok()
}
