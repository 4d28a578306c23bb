//! More than one request in the buffer, or one and a half.

use axum::routing::post;
use tokio::io::AsyncReadExt;

use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Drain, Policy};

const WHOLE: &str = "GET / HTTP/1.1\r\nhost: test\r\n\r\n";

/// What is left to read until the end, which must be in good order.
async fn rest(client: &mut Client) -> String {
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).await.expect("no reset");
    rest
}

/// The head of the first answer left before the signal, and said nothing of an end: so the second
/// request was sent in good faith.
#[tokio::test(start_paused = true)]
async fn one_behind_an_answer_that_promised_more_is_answered() {
    let gate = Gate::new();
    let app = gate.app(Drain::new()).route("/slow", gate.slow_body());
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.send(format!("GET /slow HTTP/1.1\r\nhost: test\r\n\r\n{WHOLE}{WHOLE}")).await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    let answers = rest(&mut client).await;
    let (first, second) = answers.split_once("3\r\nend\r\n0\r\n\r\n").expect("the whole first");
    assert!(!first.contains("connection: close"), "{answers}");
    assert!(second.starts_with("HTTP/1.1 200 OK"), "{answers}");
    assert!(second.contains("connection: close"), "{answers}");
    // And that was the last: the third was not executed.
    assert!(second.ends_with("\r\n\r\nfree"), "{answers}");
    assert_eq!(gate.reached(), 2);
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn one_behind_an_unread_body_is_not_taken_for_a_part_of_it() {
    let gate = Gate::new();
    let app = gate.app(Drain::new()).route("/early", post(|| async { "early" }));
    let rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    let head = "POST /early HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\n";
    client.send(format!("{head}body{WHOLE}")).await;
    assert_eq!(client.answer().await.body, "early");
    assert_eq!(client.answer().await.body, "free");
    assert_eq!(gate.reached(), 1);
}

/// Some of it comes before the answer and some after our FIN; all of it is thrown away, and none
/// makes a reset.
#[tokio::test(start_paused = true)]
async fn unread_requests_do_not_cut_the_answer_before_them() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(Drain::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    client.send(WHOLE.repeat(8)).await;
    gate.let_go(1);
    assert_eq!(client.answer().await.body, "held");
    // More, while the server is closing.
    client.send(WHOLE.repeat(100)).await;
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
    assert_eq!(gate.reached(), 1);
}
