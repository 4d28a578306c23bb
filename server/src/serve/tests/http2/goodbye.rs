//! GOAWAY during a shutdown, and clients that do not answer it.

use super::frames::{
    ACK, DATA, END_STREAM, GOAWAY, PING, PREFACE, SETTINGS, connect, frame, get, last_stream, pong,
    read, read_kind,
};
use axum::Router;

use crate::drain::ConnectionClass;
use crate::testing::{Gate, Rig};
use crate::{Policy, ShutdownHandle};

#[tokio::test(start_paused = true)]
async fn http2_goaway_is_sent_twice_and_open_streams_finish() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    client.send(get(1, "/held")).await;
    rig.terminate().await;
    // The first GOAWAY has the highest id, so that no stream on its way is refused.
    assert_eq!(last_stream(&read_kind(&mut client, GOAWAY).await), 0x7fff_ffff);
    let ping = read_kind(&mut client, PING).await;
    client.send(get(3, "/")).await;
    client.send(frame(PING, ACK, 0, &ping.payload)).await;
    // The second GOAWAY, a round trip later, has the real id.
    let mut goodbye = None;
    let mut answered = Vec::new();
    let mut let_go = false;
    while let Some(frame) = read(&mut client).await {
        match frame.kind {
            GOAWAY => goodbye = Some(last_stream(&frame)),
            DATA if frame.flags & END_STREAM != 0 => answered.push(frame.stream),
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
async fn idle_http2_connection_ends_after_the_goaway_round_trip() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = connect(&rig).await;
    rig.terminate().await;
    pong(&mut client).await;
    assert_eq!(last_stream(&read_kind(&mut client, GOAWAY).await), 0);
    assert!(read(&mut client).await.is_none());
    drop(client);
    assert_eq!(rig.report().await.took_ms, 0);
}

#[tokio::test(start_paused = true)]
async fn http2_client_that_never_answers_the_ping_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let client = connect(&rig).await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!((report.aborted.requests, report.took_ms), (0, 8_000));
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Http2);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn http2_client_with_half_a_preface_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.send(&PREFACE[..10]).await;
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_000);
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::HalfHead);
}

#[tokio::test(start_paused = true)]
async fn http2_client_that_sends_only_the_preface_is_cut_at_the_deadline() {
    let mut rig = Rig::new(Policy::default(), Router::new());
    let mut client = rig.connect();
    client.send(PREFACE).await;
    rig.terminate().await;
    assert_eq!(read_kind(&mut client, SETTINGS).await.flags, 0);
    let report = rig.report().await;
    assert_eq!(report.took_ms, 8_000);
    assert_eq!(report.aborted_connections[0].class, ConnectionClass::Http2);
}
