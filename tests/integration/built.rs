//! The workspace's programs, built from the present sources.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Paths of programs, by name.
type Built = HashMap<String, PathBuf>;

/// The path of a program of the workspace.
pub(crate) fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let built = BUILT.get_or_init(|| cargo(&["build", "--bins"]));
    built.get(name).unwrap_or_else(|| panic!("the workspace has no program {name}")).clone()
}

/// The program that runs the unit tests of a package's library.
pub(crate) fn unit_tests(package: &str) -> PathBuf {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let built = BUILT.get_or_init(|| cargo(&["test", "--no-run", "--lib"]));
    let library = package.replace('-', "_");
    built.get(&library).unwrap_or_else(|| panic!("{package} has no library")).clone()
}

/// Asks cargo for paths. cargo has built the programs already for these tests.
fn cargo(words: &[&str]) -> Built {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // cargo describes the test program in these variables. A build script that watches them would
    // run again.
    let of_this_test = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    for (name, _) in std::env::vars_os() {
        let is_of_this_test = |name: &str| of_this_test.iter().any(|it| name.starts_with(it));
        if name.to_str().is_some_and(is_of_this_test) {
            command.env_remove(name);
        }
    }
    let output = command
        .args(words)
        .args(["--workspace", "--all-features", "--message-format=json-render-diagnostics"])
        .current_dir(crate::rules::root())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "`cargo {}` failed", words.join(" "));
    let text = String::from_utf8(output.stdout).expect("cargo writes text");
    let messages = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    messages
        .filter_map(|message: serde_json::Value| {
            let path = PathBuf::from(message["executable"].as_str()?);
            Some((message["target"]["name"].as_str()?.to_owned(), path))
        })
        .collect()
}
