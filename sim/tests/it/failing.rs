//! What is done with a case that fails, as a shell does it: shrink, export, blame.

use crate::shell::{path, sim, text};

const CASE: [&str; 3] = ["1", "--subject", "bug:canary"];

#[test]
fn a_small_case_is_told_in_words_and_reproduced_by_its_line_and_its_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = path(folder.path(), "small.json");
    let words = ["shrink", "--out", &file, "--why", "for a test"];
    let shrunk = sim(&[&words[..], &CASE].concat());
    let said = text(&shrunk.stdout);
    assert_eq!(shrunk.status.code(), Some(1), "{shrunk:?}");
    for part in [
        "operator\n  ",
        "sends SIG",
        "exit-status ",
        "expected  the process exits with status 0",
        "━━",
        "exits with status 1",
        "exit-status while done",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let line =
        said.lines().last().and_then(|line| line.strip_prefix("cargo sim ")).expect("a line");
    let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('\'')).collect();
    let by_line = sim(&words);
    assert_eq!(text(&by_line.stdout), said, "the same story");
    // The file says by itself which server it is for.
    assert_eq!(text(&sim(&["replay", &file]).stdout), said, "the same story");
}

#[test]
fn a_run_is_written_for_every_program_that_it_is_promised_for() {
    let folder = tempfile::tempdir().expect("there is room");
    for (format, begins) in [
        ("jsonl", &b"{\"at_ns\":0,"[..]),
        ("pcapng", &[0x0a, 0x0d, 0x0d, 0x0a]),
        ("chrome", b"{"),
        ("html", b"<!DOCTYPE html>"),
        ("plan", b"{\n  \"version\": 1,\n  \"scenario\": \"simulated/exit-status-1\""),
        ("corpus", b"{\n  \"why\": \"for a test\""),
    ] {
        let file = path(folder.path(), format);
        let words = ["export", "--format", format, "--out", &file, "--why", "for a test"];
        let output = sim(&[&words[..], &CASE].concat());
        assert_eq!(output.status.code(), Some(0), "{format}: {output:?}");
        let written = std::fs::read(&file).expect("it was written");
        let start = text(&written[..written.len().min(100)]);
        assert!(written.starts_with(begins), "{format}: {start}");
        let said = text(&output.stderr);
        assert_eq!(format == "plan", said.contains("no counterpart"), "{format}: {said}");
    }
    let nowhere = path(folder.path(), "none/file");
    let output = sim(&[&["export", "--format", "chrome", "--out", &nowhere][..], &CASE].concat());
    assert_eq!(output.status.code(), Some(75), "{output:?}");
}

#[test]
fn blame_names_the_event_after_which_it_was_lost() {
    let output = sim(&[&["blame", "--draws", "20"][..], &CASE].concat());
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said.contains("nothing is kept") && said.contains("drawn anew"), "{said}");
    assert!(said.contains("lost after 2.759 ms: the link of slow-body-1 is held"), "{said}");
}

#[test]
fn what_does_not_fail_has_nothing_to_shrink() {
    for command in ["shrink", "blame"] {
        let output = sim(&[command, "0"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(text(&output.stderr).contains("it does not fail"), "{output:?}");
    }
}
