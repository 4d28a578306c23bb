use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::fake::{Played, Serve, play};
use crate::check::{Kind, View, find};
use crate::history::{Answer, End, EventKind, KEPT_BODY, LONGEST_BODY, Outcome};
use crate::plan::{Contract, Draft, Request};

/// Answers with the status and the body's length that the query names.
const HTTP1: Serve = Serve(|mut stream| {
    Box::pin(async move {
        let mut head = Vec::new();
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let head = String::from_utf8(head).unwrap();
        let (status, len) = wanted(head.split_ascii_whitespace().nth(1).unwrap());
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {len}\r\n\r\n");
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(&body(status, len)).await;
    })
});

/// Like [`HTTP1`], over HTTP/2. A body of more than [`LONGEST_BODY`] never ends.
const HTTP2: Serve = Serve(|stream| {
    Box::pin(async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let mut endless = Vec::new();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let (status, len) = wanted(request.uri().path_and_query().unwrap().as_str());
            let head = http::Response::builder().status(status).body(()).unwrap();
            let mut stream = respond.send_response(head, false).unwrap();
            // h2 buffers data for which the client has no window.
            let body = Bytes::from(body(status, len));
            if len > LONGEST_BODY {
                for _ in 0..=LONGEST_BODY / body.len() as u64 {
                    stream.send_data(body.clone(), false).unwrap();
                }
                endless.push(stream);
            } else {
                stream.send_data(body, true).unwrap();
            }
        }
    })
});

/// The status and the length in `/path?status-length`.
fn wanted(path: &str) -> (u16, u64) {
    let (status, len) = path.split_once('?').unwrap().1.split_once('-').unwrap();
    (status.parse().unwrap(), len.parse().unwrap())
}

/// The contract's body for this status. One more field makes the body `len` bytes long, but at most
/// twice [`KEPT_BODY`].
fn body(status: u16, len: u64) -> Vec<u8> {
    let field = match status {
        200 => r#""status":"ok""#,
        503 => r#""status":"shutting_down""#,
        _ => r#""id":"7","name":"job-1""#,
    };
    let begin = format!(r#"{{{field},"more":""#);
    let len = usize::try_from(len).unwrap().min(2 * KEPT_BODY);
    format!(r#"{begin}{}"}}"#, "x".repeat(len - begin.len() - 2)).into_bytes()
}

async fn asked(http2: bool, mut request: Request, status: u16, len: u64) -> Played {
    request.path = format!("{}?{status}-{len}", request.path);
    play(if http2 { HTTP2 } else { HTTP1 }, |draft| {
        let client = if http2 { draft.http2_client("a") } else { draft.client("a") };
        client.connect().send(request).receive();
    })
    .await
}

fn answer(played: &Played) -> &Answer {
    let mut answers = played.of("a").into_iter().filter_map(|what| match what {
        EventKind::Answered { answer, .. } => Some(answer),
        _ => None,
    });
    answers.next().unwrap_or_else(|| panic!("{:?}", played.of("a")))
}

/// The findings of a check in the history of a client that asked once.
fn found(played: &Played, check: &str) -> Vec<Kind> {
    let plan = Draft::new("group/name", 1, Contract::default()).finish();
    let judge = find(check).expect("a check").judge;
    judge(&plan, &View::of(&played.history)).into_iter().map(|finding| finding.kind).collect()
}

#[tokio::test(start_paused = true)]
async fn a_truncated_body_makes_its_checks_inconclusive() {
    let work = || Request::work("job-1");
    for http2 in [false, true] {
        for (request, status, check) in [
            (Request::health(), 200, "health-ok"),
            (work(), 201, "created"),
            (work(), 201, "ids-distinct"),
        ] {
            for (len, truncated) in [(3 << 10, false), (KEPT_BODY, false), (KEPT_BODY + 1, true)] {
                let played = asked(http2, request.clone(), status, len as u64).await;
                let kept = answer(&played);
                let seen = (kept.status, kept.body.len(), kept.truncated);
                assert_eq!(seen, (status, len.min(KEPT_BODY), truncated), "{check} {http2}");
                let expected = if truncated { vec![Kind::Inconclusive] } else { vec![] };
                assert_eq!(found(&played, check), expected, "{check} {http2} {len}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_no_check_reads_is_kept_as_an_excerpt() {
    for http2 in [false, true] {
        let played = asked(http2, Request::work("job-1"), 500, 3 << 10).await;
        let kept = answer(&played);
        assert!(kept.truncated && kept.body.len() < 1000, "{}", kept.body.len());
        assert_eq!(found(&played, "created"), [Kind::Violation], "its status is judged");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_a_too_long_body_counts_as_cut() {
    for http2 in [false, true] {
        let played = asked(http2, Request::health(), 200, LONGEST_BODY + 1).await;
        let exchanges = played.history.exchanges();
        let outcome = exchanges[0].outcome;
        assert_eq!(outcome, Outcome::Cut(End::TooLong, Some(200)));
        assert_eq!(outcome.to_string(), "a 200 with a body of more than 64 MiB");
        assert_eq!(found(&played, "health-ok"), [Kind::Violation]);
    }
}
