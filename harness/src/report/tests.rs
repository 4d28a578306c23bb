use std::path::{Path, PathBuf};

use super::results::Results;
use super::testing::report;
use super::{Colour, junit, render, write_all};

/// Compares a text with a golden file. Writes the file if `LASTORDERS_BLESS` is set.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("LASTORDERS_BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let at = text.lines().zip(golden.lines()).position(|(new, old)| new != old);
    assert!(
        text == golden,
        "{name} is not current (line {at:?}); look at it, then run with LASTORDERS_BLESS=1\n{text}"
    );
}

#[test]
fn terminal_report_equals_its_golden_file() {
    golden("src/report/golden/report.txt", &render(&report(), Colour::Never));
}

#[test]
fn report_fits_a_terminal_and_has_no_escape_sequence_of_the_server() {
    let text = render(&report(), Colour::Never);
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert_eq!(line.trim_end(), line, "{line:?}");
    }
    assert_eq!(text.lines().last(), Some("2 passed, 1 failed, 3 skipped"));
    let coloured = render(&report(), Colour::Always);
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text);
    assert!(!coloured.contains("\u{1b}]"), "the server's own sequences are gone");
}

#[test]
fn junit_equals_its_golden_file() {
    golden("src/report/golden/junit.xml", &junit(&report()));
}

#[test]
fn checked_in_schema_equals_the_schema_of_results() {
    let schema = schemars::schema_for!(Results);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    golden("results.schema.json", &text);
}

#[test]
fn results_survive_a_round_trip_through_json() {
    let results = Results::of(&report(), true);
    let read: Results = serde_json::from_str(&results.to_json()).expect("its own JSON");
    assert_eq!(read, results);
    let lost = &read.scenarios[1];
    assert_eq!(lost.findings[0].at_ms, Some(3.0));
    assert_eq!(lost.history.as_deref(), Some("inflight-completes/history.jsonl"));
    assert_eq!(lost.hint.as_ref().map(|hint| hint.fixes.len()), Some(1));
    assert!(!results.to_json().contains('\u{202e}'));
}

#[test]
fn out_folder_has_every_file_and_no_stale_results() {
    let folder = tempfile::tempdir().expect("a directory");
    write_all(&report(), folder.path()).expect("written");
    let mut files: Vec<PathBuf> = walk(folder.path());
    files.sort();
    let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "health-draining/history.jsonl",
            "inflight-announces-close/history.jsonl",
            "inflight-completes/history.jsonl",
            "junit.xml",
            "report.txt",
            "results.json",
            "signal-idle-exit/history.jsonl",
        ]
    );
    // If a second run cannot write every file, the first run's results must not stay beside the
    // second run's files.
    let taken = folder.path().join("junit.xml");
    std::fs::remove_file(&taken).expect("removed");
    std::fs::create_dir(&taken).expect("a directory in its place");
    let error = write_all(&report(), folder.path()).expect_err("its place is taken").to_string();
    assert!(error.contains("junit.xml could not be written"), "{error}");
    assert!(!folder.path().join("results.json").exists());
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let inner = |path: PathBuf| {
        let name = PathBuf::from(path.file_name().expect("a name"));
        if path.is_dir() {
            return walk(&path).into_iter().map(|file| name.join(file)).collect();
        }
        vec![name]
    };
    paths.flat_map(inner).collect()
}

#[test]
fn assert_passed_panics_with_the_evidence() {
    let failed = std::panic::catch_unwind(|| report().assert_passed());
    let panic = failed.expect_err("it did not pass");
    let text = panic.downcast_ref::<String>().expect("a text");
    for part in ["201, complete, and one row", "reset without a byte", "SIGTERM to the server"] {
        assert!(text.contains(part), "{text}");
    }
    let mut report = report();
    report.outcome.scenarios.truncate(1);
    report.assert_passed();
    report.outcome.scenarios.clear();
    assert!(!report.passed(), "nothing was proved");
}
