use lastorders_harness::postgres::Choice;
use lastorders_harness::subject::Subject;

use super::expected::Expected;
use crate::built::program;
use crate::postgres::not_run;

/// Nothing fails, warns or is left open: every scenario passes.
async fn passes_everything(postgres: Choice) {
    let subject = Subject::command(program("lastorders-server")).postgres(postgres);
    Expected { about: "the reference service".to_owned(), ..Expected::default() }
        .hold(subject)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_passes_everything_on_testcontainers() {
    if !not_run("docker") {
        passes_everything(Choice::Docker).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_passes_everything_on_a_local_cluster() {
    if !not_run("local") {
        passes_everything(Choice::Local).await;
    }
}
