use super::process::Example;
use crate::http::{closed, get, read_until, send_get};

#[tokio::test]
async fn event_streams_and_long_polls_end_whole_at_the_drain() {
    let example = Example::start("sse").await;
    let mut poll = example.connect().await;
    let newest = get(&mut poll, "/after/0").await;
    assert_eq!(newest.status(), 200);
    assert!(newest.body.parse::<u64>().expect("a number") > 0);
    // No number that arrives during this test is higher.
    send_get(&mut poll, "/after/1000000").await.expect("the server reads");

    let mut events = example.connect().await;
    send_get(&mut events, "/events").await.expect("the server reads");
    // The request is in flight, because the first event has arrived.
    let head = read_until(&mut events, "\n\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\ntransfer-encoding: chunked\r\n"), "{head}");
    assert!(head.contains("\r\ndata: "), "{head}");

    example.terminate();
    let rest = read_until(&mut events, "0\r\n\r\n").await;
    assert!(rest.ends_with("\r\n0\r\n\r\n") || rest == "0\r\n\r\n", "{rest}");
    assert!(closed(&mut events).await, "the connection closes behind the body");
    let answer = read_until(&mut poll, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(closed(&mut poll).await);
    drop((events, poll));
    let finished = example.finish().await;
    finished.assert_clean();
    assert!(!finished.stdout.contains("at the signal: 0 in flight"), "{}", finished.stdout);
}
