//! HTML reports, in a real browser.

use std::path::Path;
use std::process::Command;

use crate::built::program;
use crate::rules::root;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![browser_keeps_every_element_of_an_html_report [Browser];]
}

/// A browser moves or drops elements that HTML does not allow at their place.
fn browser_keeps_every_element_of_an_html_report() {
    let place = tempfile::tempdir().expect("a directory");
    let page = place.path().join("run.html");
    let case = root().join("sim/corpus/axum-unread.json");
    let mut export = Command::new(program("lastorders-sim"));
    export.arg("export").arg(case).args(["--subject", "axum", "--format", "html", "--out"]);
    let output = export.arg(&page).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = std::fs::read_to_string(&page).expect("it was written");
    let shown = shown(place.path(), &page);
    for element in ["<table", "<tr", "<td", "<h2", "<dd", "<pre"] {
        let count = |text: &str| text.matches(element).count();
        assert_ne!(count(&written), 0, "the page has no {element}");
        assert_eq!(count(&shown), count(&written), "{element}: {shown}");
    }
}

/// The page after the browser has parsed it. `place` is for the browser's own files.
fn shown(place: &Path, page: &Path) -> String {
    let mut browser = Command::new("chromium");
    browser
        // The sandbox refuses root, and the page is our own.
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", place.join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()));
    let output = browser.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the page is text")
}
