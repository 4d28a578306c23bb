use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::process::Example;
use crate::http::{closed, read_answer, read_until};

fn post(address: &str, more: &str) -> String {
    let length = address.len();
    format!("POST /mails HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n{more}\r\n")
}

async fn send(client: &mut TcpStream, address: &str) {
    let request = post(address, "") + address;
    client.write_all(request.as_bytes()).await.expect("the server reads");
    assert_eq!(read_answer(client).await.expect("a whole answer").status(), 202);
}

#[tokio::test]
async fn accepted_jobs_are_done_during_the_shutdown() {
    let example = Example::start("worker").await;
    let mut idle = example.connect().await;
    for at in 0..5 {
        send(&mut idle, &format!("{at}@example.com")).await;
    }
    let mut late = example.connect().await;
    let head = post("late@example.com", "expect: 100-continue\r\n");
    late.write_all(head.as_bytes()).await.expect("the server reads");
    // The request is in flight, because the handler waits for the body.
    assert_eq!(read_until(&mut late, "\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");

    example.terminate();
    assert!(closed(&mut idle).await, "an idle connection closes cleanly");
    late.write_all(b"late@example.com").await.expect("the server reads");
    let answer = read_answer(&mut late).await.expect("a whole answer");
    assert_eq!(answer.status(), 202);
    assert!(answer.says_close());
    assert!(closed(&mut late).await);
    drop((idle, late));

    let finished = example.finish().await;
    finished.assert_clean();
    let sent = finished.stdout.lines().filter_map(|line| line.strip_prefix("sent to "));
    let sent: Vec<_> = sent.collect();
    let first: Vec<_> = (0..5).map(|at| format!("{at}@example.com")).collect();
    assert_eq!(sent[..5], first);
    assert_eq!(sent[5..], ["late@example.com"]);
    let report = finished.stdout;
    assert!(!report.contains("at the signal: 0 in flight"), "{report}");
    assert!(report.contains("0 upgraded, 1 tasks"), "{report}");
}

#[tokio::test]
async fn panic_of_an_essential_worker_ends_the_server() {
    let example = Example::start("worker").await;
    let mut client = example.connect().await;
    send(&mut client, "nobody").await;
    assert!(closed(&mut client).await, "an idle connection closes cleanly");
    drop(client);
    let finished = example.finish().await;
    assert_eq!(finished.code, 70);
    assert!(finished.stdout.starts_with("panic: shut down"), "{}", finished.stdout);
    assert!(finished.stderr.contains("\"nobody\" should have been refused"), "{}", finished.stderr);
}
