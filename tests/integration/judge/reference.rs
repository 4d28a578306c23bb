use lastorders_harness::postgres::Choice;
use lastorders_harness::subject::Subject;

use super::expected::Expected;
use crate::built::program;

pub(super) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        async the_reference_passes_everything_on_testcontainers [Docker];
        async the_reference_passes_everything_on_a_local_cluster [Local];
    ]
}

async fn the_reference_passes_everything_on_testcontainers() {
    passes_everything(Choice::Docker).await;
}

async fn the_reference_passes_everything_on_a_local_cluster() {
    passes_everything(Choice::Local).await;
}

/// Nothing fails, warns or is left open: every scenario passes.
async fn passes_everything(postgres: Choice) {
    let subject = Subject::command(program("lastorders-server")).postgres(postgres);
    Expected { about: "the reference service".to_owned(), ..Expected::default() }
        .hold(subject)
        .await;
}
