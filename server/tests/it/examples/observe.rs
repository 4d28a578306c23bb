use super::process::Example;
use crate::http::{get, send_get};

#[tokio::test]
async fn observer_prints_each_phase_and_counts_cut_requests() {
    let mut example = Example::start("observe").await;
    assert_eq!(example.line().await, "ready");
    let mut client = example.connect().await;
    // The first answer shows that the server reads, so the next request is in flight at the signal.
    get(&mut client, "/").await;
    send_get(&mut client, "/stuck").await.expect("the server reads");
    example.terminate();
    assert_eq!(example.line().await, "sealing: 1 requests in flight");
    let finished = example.finish().await;
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
    let lines: Vec<_> = finished.stdout.lines().collect();
    let expected = [
        "draining: 1 requests in flight",
        "aborting: 1 requests in flight",
        "releasing: 0 requests in flight",
        "done: 0 requests in flight",
        "0 requests finished, 1 cut",
    ];
    assert_eq!(lines, expected);
}
