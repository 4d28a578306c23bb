use tokio::io::AsyncWriteExt;

use super::process::Example;
use crate::http::{closed, get, read_answer, read_until};

#[tokio::test]
async fn hyper_example_sends_answers_in_flight_whole_and_health_says_503() {
    let example = Example::start("hyper").await;
    let mut idle = example.connect().await;
    let health = get(&mut idle, "/health").await;
    assert_eq!((health.status(), health.body.as_str()), (200, r#"{"status":"ok"}"#));

    let mut echo = example.connect().await;
    let request = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 11\r\n\r\nhello ";
    echo.write_all(request.as_bytes()).await.expect("the server reads");
    // The request is in flight, because half of the answer has arrived.
    let half = read_until(&mut echo, "\r\n\r\nhello ").await;
    assert!(half.starts_with("HTTP/1.1 200 OK\r\n"), "{half}");
    assert!(half.contains("\r\nx-draining: no\r\n"), "{half}");
    // The server waits for half a head until the deadline.
    let [mut health, mut late] = [example.connect().await, example.connect().await];
    health.write_all(b"GET /health HTTP/1.1\r\nho").await.expect("the server reads");
    late.write_all(b"GET / HTTP/1.1\r\nho").await.expect("the server reads");

    example.terminate();
    assert!(closed(&mut idle).await, "an idle connection closes cleanly");
    for half_head in [&mut health, &mut late] {
        half_head.write_all(b"st: test\r\n\r\n").await.expect("the server reads");
    }
    let answer = read_answer(&mut health).await.expect("a whole answer");
    assert_eq!((answer.status(), answer.body.as_str()), (503, r#"{"status":"shutting_down"}"#));
    assert!(answer.says_close());
    let head = read_until(&mut late, "\r\n\r\n").await;
    assert!(head.contains("\r\nx-draining: yes\r\n"), "{head}");
    assert!(head.contains("\r\nconnection: close\r\n"), "{head}");

    echo.write_all(b"world").await.expect("the server reads");
    assert_eq!(read_until(&mut echo, "world").await, "world");
    for connection in [&mut health, &mut late, &mut echo] {
        assert!(closed(connection).await);
    }
    drop((idle, health, late, echo));
    let finished = example.finish().await;
    finished.assert_clean();
    let report = finished.stdout;
    assert!(!report.contains("at the signal: 0 in flight"), "{report}");
}
