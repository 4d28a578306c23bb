use super::process::Example;
use crate::http::{get, send_get};

#[tokio::test]
async fn blocked_thread_is_reported_and_does_not_keep_the_process() {
    let mut example = Example::start("blocking").await;
    let mut client = example.connect().await;
    get(&mut client, "/").await;
    send_get(&mut client, "/blocks").await.expect("the server reads");
    assert_eq!(example.line().await, "blocked");
    example.terminate();
    let finished = example.finish().await;
    assert_eq!(finished.code, 0, "{}", finished.stdout);
    assert!(finished.stdout.contains("cut at the deadline: 1 in flight"), "{}", finished.stdout);
    assert!(finished.stdout.contains("GET /blocks, "), "{}", finished.stdout);
}
