//! Signals of the operating system, sent to a real process.

use rustix::process::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::examples::process::Example;
use crate::http::{closed, get, read_answer};

/// A process with one request that holds its drain: half a head has been read.
async fn held() -> (Example, TcpStream) {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    // A connection that was accepted later has been served, so the half has been read too.
    client.write_all(b"GET / HT").await.expect("sent");
    let mut idle = example.connect().await;
    get(&mut idle, "/").await;
    (example, client)
}

/// Sends a signal, and waits for what it does to a connection that is idle.
async fn begin_drain(example: &Example, signal: Signal) {
    let mut idle = example.connect().await;
    get(&mut idle, "/").await;
    example.signal(signal);
    assert!(closed(&mut idle).await);
}

#[tokio::test]
async fn one_that_comes_with_the_first_line_is_never_lost() {
    for signal in [Signal::TERM, Signal::INT].into_iter().cycle().take(20) {
        let example = Example::start("axum").await;
        example.signal(signal);
        example.finish().await.assert_clean();
    }
}

#[tokio::test]
async fn repeated_sigterm_is_ignored_and_so_is_one_sigint_behind_it() {
    let (example, mut client) = held().await;
    begin_drain(&example, Signal::TERM).await;
    for signal in [Signal::TERM, Signal::TERM, Signal::INT] {
        example.signal(signal);
    }
    client.write_all(b"TP/1.1\r\nhost: test\r\n\r\n").await.expect("it is waited for");
    assert_eq!(read_answer(&mut client).await.expect("an answer").status(), 200);
    drop(client);
    example.finish().await.assert_clean();
}

#[tokio::test]
async fn a_second_sigint_cuts_what_is_left_and_the_exit_code_says_so() {
    let (example, mut client) = held().await;
    begin_drain(&example, Signal::INT).await;
    example.signal(Signal::INT);
    assert!(closed(&mut client).await);
    let finished = example.finish().await;
    assert_eq!(finished.code, 130);
    let cut = "cut by a second SIGINT: 0 in flight, 0 tasks\n    1 half a head\n";
    assert!(finished.stdout.contains(cut), "{}", finished.stdout);
}
