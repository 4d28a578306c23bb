//! Stops the reference program before its start is complete.

use std::fs;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::within::within;

fn start(database: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastorders-server"));
    command.args(["--host", "127.0.0.1", "--port", "0"]).env("DATABASE_URL", database);
    command.stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn().expect("the program starts")
}

fn signal(child: &Child, signal: Signal) {
    let id = child.id().expect("the process has not been reaped").cast_signed();
    kill_process(Pid::from_raw(id).expect("no child has the id 0"), signal).expect("ours");
}

async fn assert_ends(mut child: Child) {
    let status = within("the program to end", child.wait()).await.expect("our child");
    assert_eq!(status.code(), Some(0), "{status}");
}

/// Whether the process has a handler for a signal.
fn catches(child: &Child, signal: Signal) -> bool {
    let id = child.id().expect("the process has not been reaped");
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("Linux has it");
    let mask = status.lines().find_map(|it| it.strip_prefix("SigCgt:")).expect("a mask");
    let mask = u64::from_str_radix(mask.trim(), 16).expect("hexadecimal");
    mask & (1 << (signal.as_raw() - 1)) != 0
}

/// The database accepts connections and never answers, so the program keeps trying.
#[tokio::test]
async fn signal_during_the_start_ends_the_program_at_once() {
    for sent in [Signal::TERM, Signal::INT] {
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = silent.local_addr().expect("bound").port();
        let child = start(&format!("postgres://user:password@127.0.0.1:{port}/name"));
        let reached = within("the program to connect to the database", silent.accept()).await;
        let (mut session, _) = reached.expect("accepted");
        assert!(catches(&child, Signal::TERM) && catches(&child, Signal::INT));
        signal(&child, sent);
        assert_ends(child).await;
        // The program closed the connection and did not try again.
        let mut greeting = Vec::new();
        session.read_to_end(&mut greeting).await.expect("an end in good order");
        let silent = silent.into_std().expect("a socket");
        let again = silent.accept().expect_err("no connection waits");
        assert_eq!(again.kind(), std::io::ErrorKind::WouldBlock, "the program tried again");
    }
}

/// The database closes every connection, so the program pauses between two attempts.
#[tokio::test]
async fn signal_between_two_connection_attempts_ends_the_program() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let mut child = start(&format!("postgres://user:password@127.0.0.1:{port}/name"));
    let mut log = BufReader::new(child.stderr.take().expect("piped")).lines();
    let waiting = async {
        while let Some(line) = log.next_line().await.expect("text") {
            if line.contains("waiting for the database") {
                return;
            }
        }
        panic!("the program ended without logging the database");
    };
    within("a log line about the database", waiting).await;
    signal(&child, Signal::TERM);
    assert_ends(child).await;
}
