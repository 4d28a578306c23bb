//! More than one request in the buffer, or one and a half.

use axum::routing::post;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle, Signal};

const WHOLE: &str = "GET / HTTP/1.1\r\nhost: test\r\n\r\n";

/// The head of the first answer was sent before the signal, without `Connection: close`. So the
/// client may expect an answer to its second request.
#[tokio::test(start_paused = true)]
async fn pipelined_request_after_an_answer_without_close_is_answered() {
    let gate = Gate::new();
    let app = gate.app(ShutdownHandle::new()).route("/slow", gate.slow_body());
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.send(format!("GET /slow HTTP/1.1\r\nhost: test\r\n\r\n{WHOLE}{WHOLE}")).await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    let answers = client.rest().await;
    let (first, second) = answers.split_once("3\r\nend\r\n0\r\n\r\n").expect("the whole first");
    assert!(!first.contains("connection: close"), "{answers}");
    assert!(second.starts_with("HTTP/1.1 200 OK"), "{answers}");
    assert!(second.contains("connection: close"), "{answers}");
    // The second answer was the last one, and the third request was not executed.
    assert!(second.ends_with("\r\n\r\nfree"), "{answers}");
    assert_eq!(gate.reached(), 2);
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!((report.at_signal.requests, report.finished), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn pipelined_request_behind_an_unread_body_is_answered() {
    let gate = Gate::new();
    let app = gate.app(ShutdownHandle::new()).route("/early", post(|| async { "early" }));
    let rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    let head = "POST /early HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\n";
    client.send(format!("{head}body{WHOLE}")).await;
    assert_eq!(client.answer().await.body, "early");
    assert_eq!(client.answer().await.body, "free");
    assert_eq!(gate.reached(), 1);
}

/// Some requests arrive before the answer and some after our FIN. The server discards all of them,
/// and none causes a reset.
#[tokio::test(start_paused = true)]
async fn unread_pipelined_requests_do_not_cut_the_answer_before_them() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    client.send(WHOLE.repeat(8)).await;
    gate.let_go(1);
    assert_eq!(client.answer().await.body, "held");
    // More requests arrive while the server is closing.
    client.send(WHOLE.repeat(100)).await;
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
    assert_eq!(gate.reached(), 1);
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_after_connection_close_are_not_executed() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    let one = "GET /held HTTP/1.1\r\nhost: test\r\n\r\n";
    client.send(format!("{one}{one}")).await;
    rig.terminate().await;
    gate.let_go(2);
    let answer = client.answer().await;
    assert_eq!(answer.body, "held");
    // `Connection: close` tells the client to retry the second request elsewhere (RFC 9112, section
    // 9.6).
    assert!(answer.says_close());
    assert!(client.closed().await);
    assert_eq!(gate.reached(), 1);
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_before_the_signal_are_all_answered() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.send(WHOLE.repeat(3)).await;
    for _ in 0..3 {
        assert!(!client.answer().await.says_close());
    }
    drop(client);
    rig.signal(Signal::Terminate);
    assert!(rig.report().await.clean);
}

/// Bytes that arrive in one segment with a whole request lie in hyper's buffer. No later read shows
/// them.
#[tokio::test(start_paused = true)]
async fn half_head_in_one_segment_with_a_request_may_finish() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.send(format!("{WHOLE}GET / HT")).await;
    assert!(!client.answer().await.says_close());
    rig.terminate().await;
    tokio::time::advance(ms(7_000)).await;
    client.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    let answer = client.answer().await;
    assert_eq!(answer.status(), 200);
    assert!(answer.says_close());
    assert!(client.closed().await);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn connection_with_half_a_head_behind_an_answer_is_not_idle() {
    let gate = Gate::new();
    let app = gate.app(ShutdownHandle::new()).route("/slow", gate.slow_body());
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/slow").await;
    client.send("GET / HT").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    settle().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    client.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    let answers = client.rest().await;
    assert!(answers.ends_with("free"), "{answers}");
}
