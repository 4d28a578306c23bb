//! Answers that wait to be written while the next request has been read already.

use axum::routing::post;

use crate::testing::{Gate, Rig, settle};
use crate::{Policy, ShutdownHandle};

/// hyper reads past an unwanted body, so it parses the next request before the last answer is
/// written.
#[tokio::test(start_paused = true)]
async fn end_of_an_unflushed_answer_does_not_end_the_next_request() {
    let gate = Gate::new();
    let long = "x".repeat(5_000);
    let app = gate.app(ShutdownHandle::new());
    let app = app.route("/early", post(|| async { long }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    let head = "POST /early HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n";
    let body = "4\r\nbody\r\n0\r\n\r\n";
    client.send(format!("{head}{body}GET /held HTTP/1.1\r\nhost: test\r\n\r\n")).await;
    // Reading makes room for the rest of the first answer.
    assert_eq!(client.answer().await.body.len(), 5_000);
    settle().await;
    assert_eq!(gate.waiting(), 1);
    rig.terminate().await;
    gate.let_go(1);
    let answer = client.answer().await;
    assert_eq!(answer.body, "held");
    assert!(answer.says_close());
    assert!(client.closed().await);
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 1));
}
