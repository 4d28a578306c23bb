use super::process::Example;
use crate::http::{closed, get};

#[tokio::test]
async fn axum_example_answers_and_ends_on_sigterm() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    let answer = get(&mut client, "/").await;
    assert_eq!((answer.status(), answer.body.as_str()), (200, "hello\n"));
    assert!(!answer.says_close());

    example.terminate();
    assert!(closed(&mut client).await, "an idle connection closes cleanly");
    drop(client);
    let finished = example.finish().await;
    finished.assert_clean();
    assert!(finished.stdout.starts_with("SIGTERM: shut down"), "{}", finished.stdout);
}
