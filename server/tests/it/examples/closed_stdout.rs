use tokio::io::AsyncWriteExt;

use super::process::Example;
use crate::http::read_answer;

/// The process that started the example, and read its address, is gone before the report.
#[tokio::test]
async fn examples_end_cleanly_with_stdout_closed() {
    let mut names = vec!["axum", "blocking", "hyper", "observe", "sse", "websocket", "worker"];
    if cfg!(all(feature = "http2", feature = "tls")) {
        names.push("tls");
    }
    if cfg!(all(feature = "systemd", target_os = "linux")) {
        names.push("handover");
    }
    for name in names {
        let mut example = Example::start(name).await;
        example.stop_reading();
        example.terminate();
        let finished = example.finish().await;
        assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{name}");
    }
}

#[tokio::test]
async fn worker_with_stdout_closed_still_does_its_jobs() {
    let mut example = Example::start("worker").await;
    example.stop_reading();
    let mut client = example.connect().await;
    let mail = "POST /mails HTTP/1.1\r\nhost: test\r\ncontent-length: 5\r\n\r\na@b.c";
    for _ in 0..2 {
        client.write_all(mail.as_bytes()).await.expect("the server reads");
        assert_eq!(read_answer(&mut client).await.expect("an answer").status(), 202);
    }
    drop(client);
    example.terminate();
    let finished = example.finish().await;
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
}
