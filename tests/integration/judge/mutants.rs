use std::collections::{BTreeMap, BTreeSet};

use lastorders_harness::subject::Subject;
use serde::Deserialize;

use super::expected::Expected;
use crate::built::program;
use crate::machine::Need;
use crate::rules::root;
use crate::trial::{Test, block_on, path};

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

/// One test for each defect that has an expectation.
pub(super) fn tests() -> Vec<Test> {
    let defects = written().into_keys();
    let test = |defect: String| {
        let name = path(module_path!(), &defect.replace('-', "_"));
        Test::new(name, [Need::Postgres], move || block_on(is_as_written(&defect)))
    };
    let judged = defects.map(test);
    judged.chain(crate::tests![every_defect_has_an_expectation;]).collect()
}

fn every_defect_has_an_expectation() {
    let output = std::process::Command::new(program("mutant")).arg("--list").output();
    let output = output.expect("it starts");
    let names = String::from_utf8(output.stdout).expect("text");
    let listed: BTreeSet<_> = names.lines().map(str::to_owned).collect();
    assert_eq!(listed, written().into_keys().collect());
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
