//! Commands on a failing case, from a shell: shrink, export, blame.

use crate::shell::{arguments, path, sim, text};

/// A case that fails in every build.
const CASE: [&str; 3] = ["69", "--subject", "axum"];

#[test]
fn a_shrunk_case_is_described_in_words_and_replays_from_its_line_and_its_file() {
    shrinks(
        CASE,
        &[
            "operator\n  ",
            "sends SIG",
            "exit-status ",
            "expected  the process exits with status 0",
            "━━",
            "is killed by the judge",
            "deadline while draining, on a connection that is HTTP/2",
        ],
    );
}

/// Shrinks a case, and replays it by the line and by the file. The story must contain all `parts`.
fn shrinks(case: [&str; 3], parts: &[&str]) {
    let folder = tempfile::tempdir().expect("there is room");
    let file = path(folder.path(), "small.json");
    let words = ["shrink", "--out", &file, "--why", "for a test"];
    let shrunk = sim(&[&words[..], &case].concat());
    let said = text(&shrunk.stdout);
    assert_eq!(shrunk.status.code(), Some(1), "{shrunk:?}");
    for part in parts {
        assert!(said.contains(*part), "{part} is not in\n{said}");
    }
    let words = said.lines().last().and_then(arguments).expect("a line");
    let by_line = sim(&words);
    assert_eq!(text(&by_line.stdout), said, "the same story");
    // The file names its server.
    assert_eq!(text(&sim(&["replay", &file]).stdout), said, "the same story");
}

#[test]
fn export_writes_every_format() {
    let folder = tempfile::tempdir().expect("there is room");
    for (format, begins) in [
        ("jsonl", &b"{\"at_ns\":0,"[..]),
        ("pcapng", &[0x0a, 0x0d, 0x0d, 0x0a]),
        ("chrome", b"{"),
        ("html", b"<!DOCTYPE html>"),
        ("plan", b"{\n  \"version\": 2,\n  \"scenario\": \"simulated/deadline-69\""),
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
fn blame_names_the_event_after_which_the_failure_was_certain() {
    blames(CASE, "lost after 9.342 ms: the store stands still");
}

fn blames(case: [&str; 3], event: &str) {
    let output = sim(&[&["blame", "--draws", "20"][..], &case].concat());
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said.contains("nothing is kept") && said.contains("drawn anew"), "{said}");
    assert!(said.contains(event), "{said}");
}

#[test]
fn shrink_and_blame_say_that_a_passing_case_does_not_fail() {
    for command in ["shrink", "blame"] {
        let output = sim(&[command, "0"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(text(&output.stderr).contains("the case does not fail"), "{output:?}");
    }
}

#[cfg(lastorders_sim)]
mod injected {
    use super::*;

    /// A case of our server with a bug.
    const CASE: [&str; 3] = ["41", "--subject", "bug:canary"];

    #[test]
    fn a_shrunk_case_of_an_injected_bug_is_described_and_replays() {
        let end = ["exits with status 70", "exit-status while done"];
        shrinks(CASE, &[&["sends SIG", "exit-status "][..], &end].concat());
    }

    #[test]
    fn blame_names_the_event_of_a_case_with_an_injected_bug() {
        blames(CASE, "lost after 6 ms: the link of slow-head-1 is held");
    }
}
