use lastorders_harness::subject::Subject;

use super::expected::Expected;
use crate::built::program;
use crate::rules::root;

async fn is_as_written(name: &str) {
    let dir = root().join("tests/submissions").join(name);
    let expected = Expected::read(&dir.join("expected.toml"));
    // The one in Rust is a program of this workspace: it is built with it.
    let subject = if dir.join("main.rs").exists() {
        Subject::command(program(name))
    } else {
        Subject::from_dir(dir)
    };
    expected.hold(subject).await;
}

#[test]
fn every_submission_is_judged() {
    let dir = root().join("tests/submissions");
    let entries = std::fs::read_dir(dir).expect("it is there").flatten();
    let dirs = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> =
        dirs.map(|entry| entry.file_name().into_string().expect("text")).collect();
    names.sort_unstable();
    assert_eq!(names, NAMES);
}

one_test_each! {
    is_as_written;
    axum_plain: "axum-plain";
    challenge_good: "challenge-good";
    challenge_naive: "challenge-naive";
    http_shutdown: "http-shutdown";
    inflight_counter: "inflight-counter";
    ordered_release: "ordered-release";
    python_asyncio: "python-asyncio";
    socket_tracker: "socket-tracker";
}
