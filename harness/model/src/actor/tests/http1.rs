use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::fake::{Played, Serve, play};
use crate::history::{End, EventKind};
use crate::plan::{ClientStep, Closing, Request};

/// Reads requests without bodies until the client's FIN, and then answers each.
const AT_THE_END: Serve = Serve(|mut stream| {
    Box::pin(async move {
        let mut all = String::new();
        if stream.read_to_string(&mut all).await.is_ok() {
            for _ in all.matches("\r\n\r\n") {
                answer(&mut stream, "ok").await;
            }
        }
    })
});

/// Answers two requests after both have arrived.
const IN_PAIRS: Serve = Serve(|mut stream| {
    Box::pin(async move {
        heads(&mut stream, 2).await;
        answer(&mut stream, "first").await;
        answer(&mut stream, "second").await;
    })
});

/// Switches protocols, sends bytes of the other protocol, and closes at the client's next bytes.
const UPGRADES: Serve = Serve(|mut stream| {
    Box::pin(async move {
        heads(&mut stream, 1).await;
        let head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n\0\x01no HTTP";
        let _ = stream.write_all(head).await;
        let mut rest = [0; 16];
        let _ = stream.read(&mut rest).await;
    })
});

async fn answer(stream: &mut DuplexStream, body: &str) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(head.as_bytes()).await;
}

async fn heads(stream: &mut DuplexStream, n: usize) {
    let mut all = Vec::new();
    while String::from_utf8_lossy(&all).matches("\r\n\r\n").count() < n {
        if stream.read_buf(&mut all).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

fn bodies(played: &Played, actor: &str) -> Vec<String> {
    let events = played.of(actor).into_iter();
    events
        .filter_map(|what| match what {
            EventKind::Answered { answer, .. } => Some(answer.body.clone()),
            _ => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_half_closed_client_gets_its_answer() {
    let played = play(AT_THE_END, |draft| {
        draft.client("a").connect().health().half_close().receive().expect_close();
    })
    .await;
    assert_eq!(bodies(&played, "a"), ["ok"]);
    let conn = "a@1".to_owned();
    let seen = played.of("a");
    assert!(seen.contains(&&EventKind::HalfClosed { conn: conn.clone() }), "{seen:?}");
    assert_eq!(seen.last(), Some(&&EventKind::Closed { conn, by: End::Fin }));
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_get_their_answers_in_order() {
    let played = play(IN_PAIRS, |draft| {
        draft.client("a").connect().health().health().receive().receive();
    })
    .await;
    assert_eq!(bodies(&played, "a"), ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn an_upgraded_connection_owes_no_answer_and_its_end_is_no_sign_of_shutdown() {
    let played = play(UPGRADES, |draft| {
        // Bytes of the other protocol are no answer, so the second `receive` does nothing.
        let client = draft.client("a").connect().upgrade("/echo", "echo").receive().receive();
        client.mark("upgraded").expect_close();
        draft.operator().wait("upgraded").signal().await_exit();
    })
    .await;
    let answered =
        |it: &&EventKind| matches!(it, EventKind::Answered { answer, .. } if answer.status == 101);
    let seen = played.of("a");
    assert_eq!(seen.iter().filter(|what| answered(what)).count(), 1, "{seen:?}");
    assert!(!seen.iter().any(|what| matches!(what, EventKind::Ended { .. })), "{seen:?}");
    // The connection stayed open until the world ended the run.
    let conn = "a@1".to_owned();
    assert_eq!(seen.last(), Some(&&EventKind::Closed { conn, by: End::Silence }), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_on_an_upgraded_connection() {
    let played = play(UPGRADES, |draft| {
        draft.client("a").connect().upgrade("/echo", "echo").receive().health().close();
    })
    .await;
    let sent = |what: &&&EventKind| matches!(what, EventKind::Sent { .. });
    assert_eq!(played.of("a").iter().filter(sent).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_waits_before_each_read() {
    let played = play(AT_THE_END, |draft| {
        let client = draft.client("a").connect().health().half_close();
        client.own(ClientStep::ReadSlowly { bytes: 10, every_ms: 100 });
    })
    .await;
    // 40 bytes, ten at a time.
    let at = played.at(|what| matches!(what, EventKind::Answered { .. }));
    assert_eq!(at, Some(400_000));
}

#[tokio::test(start_paused = true)]
async fn a_reset_gives_the_stream_back_to_the_world() {
    let played = play(AT_THE_END, |draft| {
        let client = draft.client("a").connect().send(Request::work("job-1"));
        client.own(ClientStep::Close { how: Closing::Reset });
    })
    .await;
    assert_eq!(played.resets, 1);
    let ends: Vec<_> = played.of("a").into_iter().skip(2).collect();
    let left = |what: &&EventKind| {
        matches!(
            what,
            EventKind::Ended { by: End::Client, .. } | EventKind::Closed { by: End::Client, .. }
        )
    };
    assert!(ends.len() == 2 && ends.iter().all(left), "{ends:?}");
}
