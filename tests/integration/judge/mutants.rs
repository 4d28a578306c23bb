use std::collections::BTreeMap;

use lastorders_harness::subject::Subject;
use serde::Deserialize;

use super::expected::Expected;
use crate::built::program;
use crate::rules::root;

/// What is written for one defect: one reason for all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    fails: Vec<String>,
    warns: Vec<String>,
    #[serde(default)]
    inconclusive: Vec<String>,
    #[serde(default)]
    perhaps: Vec<String>,
    why: String,
}

fn written() -> BTreeMap<String, Written> {
    let path = root().join("tests/mutants/expected.toml");
    let text = std::fs::read_to_string(path).expect("it is there");
    toml::from_str(&text).expect("it is as `Written` says")
}

async fn is_as_written(defect: &str) {
    let Written { fails, warns, inconclusive, perhaps, why } =
        written().remove(defect).unwrap_or_else(|| panic!("nothing is written for {defect}"));
    let each = |ids: Vec<String>| ids.into_iter().map(|id| (id, why.clone())).collect();
    let expected = Expected {
        about: format!("{defect}: {why}"),
        fails: each(fails),
        warns: each(warns),
        inconclusive: each(inconclusive),
        perhaps: each(perhaps),
        either: BTreeMap::new(),
    };
    expected.hold(Subject::command(program("mutant")).arg(defect)).await;
}

#[test]
fn every_defect_is_judged() {
    let written = written();
    assert_eq!(written.keys().collect::<Vec<_>>(), NAMES.iter().collect::<Vec<_>>());
}

one_test_each! {
    is_as_written;
    always_waits_whole_grace: "always-waits-whole-grace";
    close_without_waiting: "close-without-waiting";
    created_before_commit: "created-before-commit";
    exit_code_1: "exit-code-1";
    exit_in_handler: "exit-in-handler";
    health_flips_back: "health-flips-back";
    health_stays_200: "health-stays-200";
    idle_connections_not_closed: "idle-connections-not-closed";
    inflight_answered_503: "inflight-answered-503";
    listener_left_open_never_accepted: "listener-left-open-never-accepted";
    no_deadline: "no-deadline";
    no_handler: "no-handler";
    orphan_child_keeps_port: "orphan-child-keeps-port";
    pool_closed_first: "pool-closed-first";
    pool_never_closed: "pool-never-closed";
    refused_but_committed: "refused-but-committed";
    second_sigterm_exits: "second-sigterm-exits";
    silent_preconnect_not_closed: "silent-preconnect-not-closed";
    sound: "sound";
}
