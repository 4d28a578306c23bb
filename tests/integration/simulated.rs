//! A bug's whole course: a sweep finds the bug by seed, `shrink` reduces the case, the printed line
//! reproduces it, and its plan separates the real binary with the bug from the one without.

use std::path::Path;
use std::process::{Command, Output};

use crate::built::program;

/// This many seeds find each bug.
const SEEDS: &str = "0..256";

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        a_second_signal_that_kills_is_seen_in_the_real_binary [Postgres];
        a_pool_that_is_closed_first_is_seen_in_the_real_binary [Postgres];
        answers_that_do_not_announce_the_close_are_seen_in_the_real_binary [Postgres];
    ]
}

fn a_second_signal_that_kills_is_seen_in_the_real_binary() {
    find_shrink_and_reproduce(
        "second-signal-fatal",
        "early-abort while done, on a connection that is one-shot",
    );
}

fn a_pool_that_is_closed_first_is_seen_in_the_real_binary() {
    find_shrink_and_reproduce(
        "pool-first",
        "release-last while sealing, on a connection that is one-shot",
    );
}

fn answers_that_do_not_announce_the_close_are_seen_in_the_real_binary() {
    let signature = "last-answer while sealing, on a connection that is one-shot";
    find_shrink_and_reproduce("no-connection-close", signature);
}

fn find_shrink_and_reproduce(bug: &str, signature: &str) {
    let place = tempfile::tempdir().expect("a directory");
    let subject = format!("bug:{bug}");
    let found = sim(&["sweep", "--seeds", SEEDS, "--no-mutants", "--subject", &subject]);
    assert_eq!(found.status.code(), Some(1), "{found:?}");
    let words = reproducing(&said(&found), signature);
    let case = words.last().expect("the case").as_str();

    let small = path(place.path(), "small.json");
    let shrink = ["shrink", case, "--subject", &subject, "--out", &small, "--why", "for a test"];
    let shrunk = sim(&shrink);
    assert_eq!(shrunk.status.code(), Some(1), "{shrunk:?}");
    let text = std::fs::read_to_string(&small).expect("it was written");
    let entry: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let actors = entry["case"]["plan"]["actors"].as_array().expect("there are some").len();
    assert!(actors <= 4, "{actors} actors:\n{}", said(&shrunk));

    // The arguments as a shell would split them.
    let again: Vec<String> = reproducing(&said(&shrunk), "");
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    let replayed = sim(&again);
    assert_eq!(replayed.status.code(), Some(1), "{replayed:?}");
    assert!(said(&replayed).contains(&format!("\n{signature}\n")), "{replayed:?}");

    let plan = path(place.path(), "plan.json");
    let exported = sim(&["export", &small, "--format", "plan", "--out", &plan]);
    assert_eq!(exported.status.code(), Some(0), "{exported:?}");
    let with = judge(&plan, Some(bug));
    assert_eq!(with.status.code(), Some(1), "with {bug}:\n{text}\n{}", said(&with));
    let without = judge(&plan, None);
    assert_eq!(without.status.code(), Some(0), "without {bug}:\n{text}\n{}", said(&without));
    assert!(said(&without).ends_with("1 passed, 0 failed, 0 skipped\n"), "{without:?}");
}

/// The arguments of `cargo sim` in the first line that reproduces a failure with this signature.
fn reproducing(said: &str, signature: &str) -> Vec<String> {
    let about = |line: &str| line.contains(&format!(" × {signature}"));
    let from = if signature.is_empty() { 0 } else { said.lines().position(about).expect(said) };
    let line = said.lines().skip(from).find_map(|line| line.trim().strip_prefix("cargo sim "));
    let words = line.expect(said).split_whitespace();
    words.map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// Judges the reference by this plan alone.
fn judge(plan: &str, bug: Option<&str>) -> Output {
    let mut command = Command::new(program("lastorders"));
    command.args(["run", "--plans", plan, "--only", "simulated", "--", "env"]);
    command.args(bug.map(|bug| format!("LASTORDERS_INJECT={bug}")));
    let ran = command.arg(program("lastorders-server")).env("NO_COLOR", "1").output();
    ran.expect("it starts")
}

fn sim(words: &[&str]) -> Output {
    let mut command = Command::new(program("lastorders-sim"));
    command.args(words).env("NO_COLOR", "1").output().expect("it starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}
