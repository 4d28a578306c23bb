use lastorders_harness::postgres::Choice;
use lastorders_harness::{Judge, Subject};

use super::expected::Expected;
use crate::built::program;

pub(super) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        async reference_passes_every_scenario_on_docker [Docker];
        async reference_passes_every_scenario_on_a_local_cluster [Local];
    ]
}

async fn reference_passes_every_scenario_on_docker() {
    passes_every_scenario(Choice::Docker).await;
}

async fn reference_passes_every_scenario_on_a_local_cluster() {
    passes_every_scenario(Choice::Local).await;
}

/// Every scenario passes: none fails, warns or is inconclusive.
async fn passes_every_scenario(postgres: Choice) {
    let expected = Expected { about: "the reference service".to_owned(), ..Expected::default() };
    let judge = Judge::new().postgres(postgres);
    expected.assert_verdicts(&judge, &Subject::command(program("lastorders-server"))).await;
}
