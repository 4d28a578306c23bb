//! Unit tests that need something a machine may lack.
//!
//! These tests are beside the code that they test, where libtest cannot ask the machine. Each has
//! an `#[ignore]` with the reason. A test here runs each one if the machine has its need.

use std::path::PathBuf;
use std::process::Command;

use crate::built;
use crate::machine::Need;
use crate::rules::ignored_tests;
use crate::trial::{Test, path};

/// The needs of a unit test, by the text of its `#[ignore]`.
const REASONS: &[(&str, &[Need])] = &[
    ("needs IPv6; tests/integration runs it", &[Need::Ipv6]),
    ("needs Node and npm; tests/integration runs it", &[Need::Node, Need::Npm]),
    ("needs Python; tests/integration runs it", &[Need::Python]),
    ("needs root; tests/integration runs it", &[Need::Root]),
    ("needs the right to filter sockets; tests/integration runs it", &[Need::Filter]),
    ("needs tshark; tests/integration runs it", &[Need::Tshark]),
];

/// One test for each unit test that its source ignores.
pub(crate) fn tests() -> Vec<Test> {
    let ignored = ignored_tests();
    assert!(!ignored.is_empty(), "no ignored unit test was found in the sources");
    ignored
        .into_iter()
        .map(|ignored| {
            let known = REASONS.iter().find(|(reason, _)| *reason == ignored.reason);
            let (_, needs) = known.unwrap_or_else(|| {
                panic!(
                    "{} is ignored for {:?}, which is not in REASONS, so nothing runs the test",
                    ignored.name, ignored.reason
                )
            });
            let name = path(
                module_path!(),
                &format!("{}::{}", ignored.package.replace('-', "_"), ignored.name),
            );
            Test::new(name, *needs, move || run(&ignored.package, &ignored.name))
        })
        .collect()
}

fn run(package: &str, test: &str) {
    let program: PathBuf = built::unit_tests(package);
    let words = ["--ignored", "--exact", test];
    let output = Command::new(program).args(words).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // Without this check, a name that matches no test would pass.
    assert!(said.contains("test result: ok. 1 passed"), "{said}");
}
