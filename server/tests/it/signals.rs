//! Signals of the operating system, sent to a real process.

use rustix::process::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::examples::process::Example;
use crate::http::{closed, get, read_answer};

/// A process whose drain waits for one request, of which half a head has been read.
async fn held() -> (Example, TcpStream) {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    // The server has served a later connection, so it has read the half head too.
    client.write_all(b"GET / HT").await.expect("sent");
    let mut idle = example.connect().await;
    get(&mut idle, "/").await;
    (example, client)
}

/// Sends a signal, and waits until it closes an idle connection.
async fn begin_drain(example: &Example, signal: Signal) {
    let mut idle = example.connect().await;
    get(&mut idle, "/").await;
    example.signal(signal);
    assert!(closed(&mut idle).await);
}

#[tokio::test]
async fn signal_right_after_the_first_output_line_is_never_lost() {
    for signal in [Signal::TERM, Signal::INT].into_iter().cycle().take(20) {
        let example = Example::start("axum").await;
        example.signal(signal);
        example.finish().await.assert_clean();
    }
}

#[tokio::test]
async fn repeated_sigterm_and_one_later_sigint_are_ignored() {
    let (example, mut client) = held().await;
    begin_drain(&example, Signal::TERM).await;
    for signal in [Signal::TERM, Signal::TERM, Signal::INT] {
        example.signal(signal);
    }
    client.write_all(b"TP/1.1\r\nhost: test\r\n\r\n").await.expect("the server waits for it");
    assert_eq!(read_answer(&mut client).await.expect("an answer").status(), 200);
    drop(client);
    example.finish().await.assert_clean();
}

#[tokio::test]
async fn second_sigint_cuts_the_rest_and_exits_130() {
    let (example, mut client) = held().await;
    begin_drain(&example, Signal::INT).await;
    example.signal(Signal::INT);
    assert!(closed(&mut client).await);
    let finished = example.finish().await;
    assert_eq!(finished.code, 130);
    let cut = "cut by a second SIGINT: 0 in flight, 0 tasks\n    1 half a head\n";
    assert!(finished.stdout.contains(cut), "{}", finished.stdout);
}
