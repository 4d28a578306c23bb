//! The files that Markdown pages name must exist.

use std::fs;

use super::source::root;

const PAGES: [&str; 6] = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "README.md",
    "harness/README.md",
    "sim/README.md",
];

const FOLDERS: [&str; 5] = ["server/", "harness/", "sim/", "tests/", "ci/"];

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![paths_in_pages_exist; paths_in_a_page_are_found;]
}

fn paths_in_pages_exist() {
    let mut missing = Vec::new();
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).expect(page);
        let named = paths(&text).into_iter().filter(|path| !root().join(path).exists());
        missing.extend(named.map(|path| format!("{page}: {path}")));
    }
    assert!(missing.is_empty(), "these pages name files that do not exist: {missing:#?}");
}

/// The paths in backquotes. `NAME` and `GROUP` are placeholders, so paths with them are left out.
fn paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path = |it: &&str| {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "/_.-".contains(letter);
        FOLDERS.iter().any(|folder| it.starts_with(folder)) && it.chars().all(plain)
    };
    quoted.filter(is_path).filter(|it| !it.contains("NAME") && !it.contains("GROUP")).collect()
}

fn paths_in_a_page_are_found() {
    let text = "`server/a.rs`, `cargo run`, `sim/b/*` and `tests/NAME.rs`; `ci/c`";
    assert_eq!(paths(text), ["server/a.rs", "ci/c"]);
}
