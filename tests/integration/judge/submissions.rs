use std::fs;
use std::path::PathBuf;

use lastorders_harness::{Judge, Subject};

use super::expected::Expected;
use crate::built::program;
use crate::machine::Need;
use crate::rules::root;
use crate::trial::{Test, block_on, path};

/// One test for each folder of `tests/submissions`.
pub(super) fn tests() -> Vec<Test> {
    let entries = fs::read_dir(folder()).expect("the folder is part of the project").flatten();
    let dirs = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> =
        dirs.map(|entry| entry.file_name().into_string().expect("text")).collect();
    names.sort_unstable();
    assert!(!names.is_empty(), "no submission was found");
    let test = |name: String| {
        let title = path(module_path!(), &name.replace('-', "_"));
        Test::new(title, needs(&name), move || block_on(has_the_expected_verdicts(&name)))
    };
    names.into_iter().map(test).collect()
}

/// The needs of the submission's language.
fn needs(name: &str) -> Vec<Need> {
    let has = |file: &str| folder().join(name).join(file).exists();
    let mut needs = vec![Need::Postgres];
    if has("package.json") {
        needs.extend([Need::Node, Need::Npm]);
    }
    if has("requirements.txt") {
        needs.push(Need::Python);
    }
    needs
}

fn folder() -> PathBuf {
    root().join("tests/submissions")
}

async fn has_the_expected_verdicts(name: &str) {
    let dir = folder().join(name);
    let expected = Expected::read(&dir.join("expected.toml"));
    // The submission in Rust is a program of this workspace, and is built with it.
    let subject = if dir.join("main.rs").exists() {
        Subject::command(program(name))
    } else {
        Subject::from_dir(dir)
    };
    expected.assert_verdicts(&Judge::new(), &subject).await;
}
