use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout;

use super::fake::{Serve, play};
use crate::history::{End, EventKind};
use crate::plan::{ClientStep, Closing, Request};

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
/// `:status: 200`, from the static table.
const OK: &[u8] = &[0x88];
/// `:status: 201`, as a literal with an indexed name.
const CREATED: &[u8] = &[0x08, 3, b'2', b'0', b'1'];
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A server that has read the preface and sent its SETTINGS.
struct Peer(DuplexStream);

impl Peer {
    async fn of(mut stream: DuplexStream) -> Self {
        stream.read_exact(&mut [0; 24]).await.expect("a preface comes first");
        let mut peer = Self(stream);
        peer.write(SETTINGS, 0, 0, &[]).await;
        peer
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = vec![len[1], len[2], len[3], kind, flags];
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        let _ = self.0.write_all(&frame).await;
    }

    async fn answer(&mut self, stream: u32, head: &[u8]) {
        self.write(HEADERS, END_HEADERS | END_STREAM, stream, head).await;
    }

    /// The kind, flags and stream of the next frame; `None` at the end.
    async fn read(&mut self) -> Option<(u8, u8, u32)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let len = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        self.0.read_exact(&mut vec![0; usize::try_from(len).unwrap()]).await.ok()?;
        Some((head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
    }

    /// Waits for `n` requests. Returns their streams.
    async fn requests(&mut self, n: usize) -> Vec<u32> {
        let mut streams = Vec::new();
        while streams.len() < n {
            match self.read().await {
                Some((HEADERS, _, stream)) => streams.push(stream),
                Some(_) => {}
                None => break,
            }
        }
        streams
    }
}

/// Answers two requests, the second one first.
const BACKWARDS: Serve = Serve(|stream| {
    Box::pin(async move {
        let mut peer = Peer::of(stream).await;
        let streams = peer.requests(2).await;
        peer.answer(streams[1], CREATED).await;
        peer.answer(streams[0], OK).await;
        while peer.read().await.is_some() {}
    })
});

/// Answers the first of three requests, and refuses the others with GOAWAY.
const GOES_AWAY: Serve = Serve(|stream| {
    Box::pin(async move {
        let mut peer = Peer::of(stream).await;
        let streams = peer.requests(3).await;
        let last = [streams[0].to_be_bytes(), [0; 4]].concat();
        peer.write(GO_AWAY, 0, 0, &last).await;
        peer.answer(streams[0], OK).await;
        while peer.read().await.is_some() {}
    })
});

/// Refuses the first of two requests, resets the second, and answers a third.
const PICKS: Serve = Serve(|stream| {
    Box::pin(async move {
        let mut peer = Peer::of(stream).await;
        let streams = peer.requests(2).await;
        peer.write(RST_STREAM, 0, streams[0], &7_u32.to_be_bytes()).await;
        peer.write(RST_STREAM, 0, streams[1], &8_u32.to_be_bytes()).await;
        let third = peer.requests(1).await;
        peer.answer(third[0], OK).await;
        while peer.read().await.is_some() {}
    })
});

/// Answers the second of two requests, and closes without an answer to the first.
const CUTS: Serve = Serve(|stream| {
    Box::pin(async move {
        let mut peer = Peer::of(stream).await;
        let streams = peer.requests(2).await;
        peer.answer(streams[1], OK).await;
    })
});

/// Answers a request and sends a PING. Expects silence for 5 s, and closes at the PING's answer.
const PINGS: Serve = Serve(|stream| {
    Box::pin(async move {
        let mut peer = Peer::of(stream).await;
        let streams = peer.requests(1).await;
        peer.answer(streams[0], OK).await;
        peer.write(PING, 0, 0, &[0; 8]).await;
        let silence = async {
            while let Some((kind, ..)) = peer.read().await {
                assert_ne!(kind, PING, "the client is waiting, and answers no PING");
            }
        };
        assert!(
            timeout(Duration::from_secs(5), silence).await.is_err(),
            "the connection stays open"
        );
        while let Some((kind, flags, _)) = peer.read().await {
            if (kind, flags) == (PING, 1) {
                return;
            }
        }
        panic!("the client did not answer the PING");
    })
});

/// The outcomes of a client's requests, in the order of its history: a status or an end.
fn outcomes(seen: &[&EventKind]) -> Vec<String> {
    seen.iter()
        .filter_map(|what| match what {
            EventKind::Answered { request, answer, .. } => {
                Some(format!("{} {}", request.id, answer.status))
            }
            EventKind::Ended { request, by, .. } => Some(format!("{} {by:?}", request.id)),
            EventKind::NotSent { request, .. } => Some(format!("{} not sent", request.id)),
            EventKind::Closed { conn, by } => Some(format!("{conn} {by:?}")),
            _ => None,
        })
        .collect()
}

fn health() -> Request {
    Request::health()
}

#[tokio::test(start_paused = true)]
async fn each_stream_gets_its_own_answer_in_any_order() {
    let played = play(BACKWARDS, |draft| {
        let client = draft.http2_client("a").connect().send(health()).work();
        client.receive().receive().close();
    })
    .await;
    assert_eq!(outcomes(&played.of("a")), ["a#1 200", "a#2 201", "a@1 Client"]);
}

#[tokio::test(start_paused = true)]
async fn requests_above_the_last_stream_of_a_goaway_are_refused() {
    let played = play(GOES_AWAY, |draft| {
        let client = draft.http2_client("a").connect().send(health()).work().work();
        // The fourth request is not sent, because the connection takes no more after a GOAWAY.
        client.receive().receive().receive().work().expect_close();
    })
    .await;
    let expected = ["a#1 200", "a#2 Refused", "a#3 Refused", "a@1 Fin"];
    assert_eq!(outcomes(&played.of("a")), expected);
    let says_close =
        |what: &EventKind| matches!(what, EventKind::Answered { answer, .. } if answer.says_close);
    assert!(played.of("a").into_iter().any(says_close), "a GOAWAY is HTTP/2's `close`");
    let ended = played.history.connections()[0].ended;
    assert_eq!(ended.map(|(_, by)| by), Some(End::Fin), "a refusal ends no connection");
}

#[tokio::test(start_paused = true)]
async fn a_reset_stream_does_not_end_its_connection() {
    let played = play(PICKS, |draft| {
        let client = draft.http2_client("a").connect().work().work().receive().receive();
        client.send(health()).receive().close();
    })
    .await;
    let expected = ["a#1 Refused", "a#2 Reset", "a#3 200", "a@1 Client"];
    assert_eq!(outcomes(&played.of("a")), expected);
    let ended = played.history.connections()[0].ended;
    assert_eq!(ended.map(|(_, by)| by), Some(End::Client));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_arrived_before_the_close_is_received() {
    let played = play(CUTS, |draft| {
        draft.http2_client("a").connect().work().send(health()).receive().receive();
    })
    .await;
    assert_eq!(outcomes(&played.of("a")), ["a#1 Fin", "a#2 200", "a@1 Fin"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_waits_for_a_mark_answers_no_ping() {
    let played = play(PINGS, |draft| {
        let client = draft.http2_client("a").connect().send(health()).receive();
        client.wait("asked").expect_close();
        draft.client("clock").at_us(6_000_000).mark("asked");
    })
    .await;
    assert_eq!(outcomes(&played.of("a")), ["a#1 200", "a@1 Fin"]);
    assert_eq!(played.at(|what| matches!(what, EventKind::Closed { .. })), Some(6_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_reset_gives_the_stream_back_to_the_world() {
    let played = play(BACKWARDS, |draft| {
        let client = draft.http2_client("a").connect().work();
        client.own(ClientStep::Close { how: Closing::Reset });
    })
    .await;
    assert_eq!(outcomes(&played.of("a")), ["a#1 Client", "a@1 Client"]);
    assert_eq!(played.resets, 1);
}
