use std::collections::{BTreeMap, BTreeSet};

use lastorders_harness::{Judge, Subject};
use serde::Deserialize;

use super::expected::Expected;
use crate::built::program;
use crate::machine::Need;
use crate::rules::root;
use crate::trial::{Test, block_on, path};

/// The expected verdicts for one defect, with one reason for all.
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
    let text = std::fs::read_to_string(path).expect("expected.toml is readable");
    toml::from_str(&text).expect("expected.toml has the fields of `Written`")
}

/// One test for each defect in `expected.toml`.
pub(super) fn tests() -> Vec<Test> {
    let defects = written().into_keys();
    let test = |defect: String| {
        let name = path(module_path!(), &defect.replace('-', "_"));
        Test::new(name, [Need::Postgres], move || block_on(has_the_expected_verdicts(&defect)))
    };
    let judged = defects.map(test);
    judged.chain(crate::tests![every_defect_has_expected_verdicts;]).collect()
}

fn every_defect_has_expected_verdicts() {
    let output = std::process::Command::new(program("mutant")).arg("--list").output();
    let output = output.expect("it starts");
    let names = String::from_utf8(output.stdout).expect("text");
    let listed: BTreeSet<_> = names.lines().map(str::to_owned).collect();
    assert_eq!(listed, written().into_keys().collect());
}

async fn has_the_expected_verdicts(defect: &str) {
    let Written { fails, warns, inconclusive, perhaps, why } = written()
        .remove(defect)
        .unwrap_or_else(|| panic!("expected.toml has no entry for {defect}"));
    let each = |ids: Vec<String>| ids.into_iter().map(|id| (id, why.clone())).collect();
    let expected = Expected {
        about: format!("{defect}: {why}"),
        fails: each(fails),
        warns: each(warns),
        inconclusive: each(inconclusive),
        perhaps: each(perhaps),
        either: BTreeMap::new(),
    };
    let subject = Subject::command(program("mutant")).arg(defect);
    expected.assert_verdicts(&Judge::new(), &subject).await;
}
