//! `docs/faults.md` names tests for each fault. Every one of them must exist, and run.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A row of the table.
struct Fault {
    name: String,
    seen_in: String,
    ours: String,
    proof: Vec<String>,
}

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(package().join("docs/faults.md")).expect("the page exists")
}

fn table(page: &str) -> Vec<Fault> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    // The first line is the header of the table.
    let rows = rows.skip(1).map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, seen_in, ours, proof] = cells[..] else {
            panic!("not a row of four cells: {row}");
        };
        let proof = proof.split("<br>").map(|it| it.trim_matches('`').to_owned()).collect();
        let [name, seen_in, ours] = [name, seen_in, ours].map(str::to_owned);
        Fault { name, seen_in, ours, proof }
    });
    rows.collect()
}

#[test]
fn faults_table_is_complete() {
    let page = page();
    let faults = table(&page);
    let counted = format!("{} faults,", faults.len());
    assert!(
        page.contains(&counted),
        "the page does not say {counted:?}; correct the number or add the row"
    );
    let mut names = HashSet::new();
    for fault in &faults {
        assert!(names.insert(&fault.name), "the fault appears twice: {}", fault.name);
        for cell in [&fault.name, &fault.seen_in, &fault.ours] {
            assert!(!cell.is_empty(), "an empty cell: {}", fault.name);
        }
        let distinct: HashSet<_> = fault.proof.iter().collect();
        assert_eq!(distinct.len(), fault.proof.len(), "a test twice: {}", fault.name);
    }
}

#[test]
fn every_test_named_in_the_faults_table_exists_and_runs() {
    for fault in table(&page()) {
        for proof in &fault.proof {
            let found = find(proof);
            assert!(found.is_ok(), "{}: {proof}: {}", fault.name, found.expect_err("not found"));
        }
    }
}

/// Looks for a test named `path::name`.
fn find(proof: &str) -> Result<(), &'static str> {
    let (path, name) = proof.split_once("::").ok_or("not a path and a name")?;
    let path = package().join(path);
    let text = fs::read_to_string(&path).map_err(|_| "there is no such file")?;
    if !is_declared(&path) {
        return Err("its module is declared nowhere, so it is not compiled");
    }
    let lines: Vec<_> = text.lines().collect();
    let is_definition = |line: &&str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ").is_some_and(|it| it.starts_with(&format!("{name}(")))
    };
    let at = lines.iter().position(is_definition).ok_or("there is no such function")?;
    let above = lines[..at].iter().rev();
    let attributes: Vec<_> = above.take_while(|it| it.starts_with("#[")).collect();
    let is_test = |it: &&&str| it.starts_with("#[test]") || it.starts_with("#[tokio::test");
    if !attributes.iter().any(is_test) {
        return Err("the function is no test");
    }
    if attributes.iter().any(|it| it.starts_with("#[ignore")) {
        return Err("the test is ignored");
    }
    Ok(())
}

fn is_declared(path: &Path) -> bool {
    let folder = path.parent().expect("a file lies in a folder");
    let stem = path.file_stem().and_then(|it| it.to_str()).expect("a name");
    ["mod.rs", "main.rs"].into_iter().any(|parent| {
        let text = fs::read_to_string(folder.join(parent)).unwrap_or_default();
        text.lines().any(|line| line == format!("mod {stem};"))
    })
}

#[test]
fn missing_and_ignored_tests_are_detected() {
    let rows = [
        ("docs/faults.md", "not a path and a name"),
        ("tests/it/nothing.rs::name", "there is no such file"),
        ("tests/it/faults.rs::nothing", "there is no such function"),
        ("tests/it/faults.rs::table", "the function is no test"),
        (
            "src/bin/lastorders-server.rs::main",
            "its module is declared nowhere, so it is not compiled",
        ),
    ];
    for (proof, why) in rows {
        assert_eq!(find(proof), Err(why), "{proof}");
    }
    assert_eq!(find("tests/it/faults.rs::missing_and_ignored_tests_are_detected"), Ok(()));
}
