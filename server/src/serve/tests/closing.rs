//! Connections with nothing in flight, and the clean close.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use tokio::io::AsyncWriteExt;

use crate::testing::{Client, Gate, Rig, ms, settle};
use crate::{Policy, ShutdownHandle};

/// A client that has received one answer.
async fn used(rig: &Rig) -> Client {
    let mut client = rig.connect();
    client.get("/").await;
    assert!(!client.answer().await.says_close());
    client
}

#[tokio::test(start_paused = true)]
async fn idle_connection_closes_after_the_idle_grace() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = used(&rig).await;
    rig.terminate().await;
    tokio::time::advance(ms(249)).await;
    assert!(client.is_quiet().await);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(250));
    settle().await;
    // The server has nothing left to send, so it does not wait for the client to close.
    assert!(rig.is_done());
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn idle_connection_gets_one_last_answer_within_the_grace() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = used(&rig).await;
    rig.terminate().await;
    tokio::time::advance(ms(200)).await;
    client.get("/").await;
    let answer = client.answer().await;
    assert_eq!(answer.status(), 200);
    assert!(answer.says_close());
    assert!(client.closed().await);
    assert_eq!(gate.reached(), 2);
}

#[tokio::test(start_paused = true)]
async fn request_that_arrives_at_the_end_of_the_grace_is_answered() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = used(&rig).await;
    rig.signal(crate::Signal::Terminate);
    // Both timers expire in the same turn of the runtime.
    tokio::time::sleep(ms(250)).await;
    client.0.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("open");
    let answer = client.answer().await;
    assert_eq!(answer.status(), 200);
    assert!(answer.says_close());
}

#[tokio::test(start_paused = true)]
async fn request_after_our_fin_is_never_executed() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = used(&rig).await;
    rig.terminate().await;
    client.get("/").await;
    client.answer().await;
    assert!(client.closed().await);
    // The server still reads and discards this request.
    client.get("/").await;
    drop(client);
    assert!(rig.report().await.clean);
    assert_eq!(gate.reached(), 2);
}

#[tokio::test(start_paused = true)]
async fn client_that_does_not_close_delays_the_end_by_the_linger_only() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = used(&rig).await;
    rig.terminate().await;
    client.get("/").await;
    client.answer().await;
    assert!(client.closed().await);
    assert!(!rig.is_done());
    let elapsed = rig.elapsed();
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(elapsed, ms(0));
    assert_eq!(report.took_ms, 250);
}

#[tokio::test(start_paused = true)]
async fn connection_without_a_byte_closes_after_the_first_byte_grace() {
    let policy = Policy::default().first_byte_grace(ms(100));
    let mut rig = Rig::new(policy, Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    settle().await;
    rig.terminate().await;
    tokio::time::advance(ms(99)).await;
    assert!(client.is_quiet().await);
    assert!(client.closed().await);
    assert_eq!(rig.elapsed(), ms(100));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn connection_that_sends_within_the_first_byte_grace_is_served() {
    let mut rig = Rig::new(Policy::default(), Gate::new().app(ShutdownHandle::new()));
    let mut client = rig.connect();
    rig.terminate().await;
    tokio::time::advance(ms(200)).await;
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert!(client.closed().await);
}

#[tokio::test(start_paused = true)]
async fn first_answer_after_the_signal_announces_the_close() {
    let gate = Gate::new();
    let mut rig = Rig::new(Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    gate.let_go(1);
    assert!(client.answer().await.says_close());
    assert!(client.closed().await);
}

#[tokio::test(start_paused = true)]
async fn connection_gets_idle_grace_after_an_answer_begun_before_the_signal() {
    let gate = Gate::new();
    let app = gate.app(ShutdownHandle::new()).route("/slow", gate.slow_body());
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/slow").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    settle().await;
    // The idle grace is long over, but this connection was not idle then.
    tokio::time::advance(ms(200)).await;
    client.get("/").await;
    let rest = client.rest().await;
    assert!(rest.contains("3\r\nend\r\n0\r\n\r\nHTTP/1.1 200 OK"), "{rest}");
    assert!(rest.ends_with("free"), "{rest}");
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn connection_gets_full_idle_grace_after_an_answer_that_ends_within_it() {
    let gate = Gate::new();
    let app = gate.app(ShutdownHandle::new()).route("/slow", gate.slow_body());
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/slow").await;
    rig.terminate().await;
    tokio::time::advance(ms(249)).await;
    settle().await;
    gate.let_go(1);
    settle().await;
    tokio::time::advance(ms(200)).await;
    settle().await;
    client.get("/").await;
    let rest = client.rest().await;
    assert!(rest.ends_with("free"), "{rest}");
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.took_ms, 449);
}

#[tokio::test(start_paused = true)]
async fn connection_closes_after_the_idle_grace_that_follows_its_answer() {
    let gate = Gate::new();
    let app = gate.app(ShutdownHandle::new()).route("/slow", gate.slow_body());
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    client.get("/slow").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    gate.let_go(1);
    assert!(client.rest().await.ends_with("3\r\nend\r\n0\r\n\r\n"));
    assert_eq!(rig.elapsed(), ms(1_250));
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn answer_over_an_unread_body_is_not_reset() {
    // The handler does not read the body.
    let app = Router::new().route("/", post(|| async { "early" }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    rig.terminate().await;
    let head = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 100000\r\n\r\n";
    client.send(head).await;
    // 100 times the window: this send fails if the server closes instead of reading.
    client.send(vec![b'x'; 100_000]).await;
    assert_eq!(client.answer().await.body, "early");
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

/// The connection was accepted before the shutdown, and had not sent a byte.
#[tokio::test(start_paused = true)]
async fn answer_over_an_unread_body_on_a_new_connection_is_not_reset() {
    let app = Router::new().route("/", post(|| async { "early" }));
    let mut rig = Rig::new(Policy::default(), app);
    let mut client = rig.connect();
    settle().await;
    rig.terminate().await;
    let head = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 100000\r\n\r\n";
    client.send(head).await;
    client.send(vec![b'x'; 100_000]).await;
    assert_eq!(client.answer().await.body, "early");
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

/// The request was in flight when the shutdown began.
#[tokio::test(start_paused = true)]
async fn answer_over_a_body_unread_since_before_the_signal_is_not_reset() {
    let gate = Gate::new();
    let held = gate.clone();
    let early = post(move || async move {
        held.pass().await;
        "early"
    });
    let mut rig = Rig::new(Policy::default(), Router::new().route("/", early));
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 100000\r\n\r\n").await;
    rig.terminate().await;
    gate.let_go(1);
    settle().await;
    client.send(vec![b'x'; 100_000]).await;
    let answer = client.answer().await;
    assert!(answer.says_close());
    assert_eq!(answer.body, "early");
    assert!(client.closed().await);
    drop(client);
    assert!(rig.report().await.clean);
}

/// The request was answered before the signal, without `Connection: close`. The application holds
/// the body until the idle grace is over.
#[tokio::test(start_paused = true)]
async fn answer_over_a_body_unread_at_the_idle_close_is_not_reset() {
    let gate = Gate::new();
    let held = gate.clone();
    let early = post(move |body: Body| async move {
        tokio::spawn(async move {
            held.pass().await;
            drop(body);
        });
        "early"
    });
    let mut rig = Rig::new(Policy::default(), Router::new().route("/", early));
    let mut client = rig.connect();
    client.send("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 100000\r\n\r\n").await;
    let answer = client.answer().await;
    assert!(!answer.says_close());
    assert_eq!(answer.body, "early");
    rig.terminate().await;
    tokio::time::advance(ms(250)).await;
    settle().await;
    gate.let_go(1);
    settle().await;
    client.send(vec![b'x'; 100_000]).await;
    assert!(client.closed().await);
    drop(client);
    let report = rig.report().await;
    assert!(report.clean);
    assert_eq!(report.took_ms, 250);
}

/// Answers at once, and still reads the body.
fn answering_early() -> Router {
    let early = post(|body: Body| async move {
        tokio::spawn(axum::body::to_bytes(body, usize::MAX));
        "early"
    });
    Router::new().route("/early", early).route("/", get(|| async { "free" }))
}

#[tokio::test(start_paused = true)]
async fn connection_is_idle_once_the_body_after_its_answer_ends() {
    let rows = [
        // How the body's length is declared, the body's first half, its second half.
        ("content-length: 8", "half", "half"),
        ("transfer-encoding: chunked", "4\r\nhalf\r\n", "4\r\nhalf\r\n0\r\n\r\n"),
    ];
    for (length, first, second) in rows {
        let mut rig = Rig::new(Policy::default(), answering_early());
        let mut client = rig.connect();
        client.send(format!("POST /early HTTP/1.1\r\nhost: test\r\n{length}\r\n\r\n")).await;
        assert_eq!(client.answer().await.body, "early");
        client.send(first).await;
        rig.terminate().await;
        tokio::time::advance(ms(1_000)).await;
        assert!(client.is_quiet().await);
        client.send(second).await;
        assert!(client.closed().await);
        assert_eq!(rig.elapsed(), ms(1_000));
        drop(client);
        assert!(rig.report().await.clean);
    }
}

#[tokio::test(start_paused = true)]
async fn half_head_behind_a_body_that_outlasts_its_answer_may_finish() {
    let mut rig = Rig::new(Policy::default(), answering_early());
    let mut client = rig.connect();
    client.send("POST /early HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\n").await;
    assert_eq!(client.answer().await.body, "early");
    client.send("bodyGET / HT").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    assert!(client.is_quiet().await);
    client.send("TP/1.1\r\nhost: test\r\n\r\n").await;
    let answer = client.answer().await;
    assert!(answer.says_close());
    assert_eq!(answer.body, "free");
    assert!(client.closed().await);
}
