//! The program from a shell: exit codes, files, signals, and the printed reproduction line.

use std::process::{Command, Output, Stdio};

use lastorders_sim::generate::{Family, generate};
use rustix::process::{Pid, Signal, kill_process};

use crate::shell::{PROGRAM, arguments, path, sim, text};

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

#[test]
fn merged_shards_equal_one_machines_result_and_a_missing_shard_is_named() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = |name: &str| path(folder.path(), name);
    let range = ["sweep", "--no-shrink", "--seeds", "5..1300"];
    sim(&[&range[..], &["--out", &file("whole.json")]].concat());
    for shard in ["1/3", "2/3", "3/3"] {
        let out = file(&format!("{}.json", &shard[..1]));
        sim(&[&range[..], &["--shard", shard, "--jobs", "1", "--out", &out]].concat());
    }
    let (one, two, three) = (file("1.json"), file("2.json"), file("3.json"));
    let merged = file("merged.json");
    let output = sim(&["merge", &three, &one, &two, "--out", &merged]);
    assert!(code(&output) < 2, "{output:?}");
    let output = sim(&["merge", "--same", &merged, &file("whole.json")]);
    assert!(
        text(&output.stdout).starts_with("the results are equal, hash for hash: 1295 seeds"),
        "{output:?}"
    );
    assert_eq!(code(&output), 0);
    let output = sim(&["merge", &three, &one]);
    assert!(text(&output.stderr).contains("shard 2/3 is missing"), "{output:?}");
    assert_eq!(code(&output), 2);
}

#[test]
fn ctrl_c_prints_a_summary_and_writes_a_partial_result() {
    let folder = tempfile::tempdir().expect("there is room");
    let out = path(folder.path(), "cut.json");
    let mut command = Command::new(PROGRAM);
    command.args(["sweep", "--seeds", "0..1000000000", "--jobs", "1", "--out", &out]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let id = child.id().to_string();
    while !takes_interrupts(&id) {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    assert!(text(&output.stdout).contains("seeds, partial: "), "{output:?}");
    assert!([130, 1].contains(&code(&output)), "{output:?}");
    let merged = sim(&["merge", &out]);
    assert!(text(&merged.stdout).contains("seeds, partial: "), "{merged:?}");
    assert!([5, 1].contains(&code(&merged)), "{merged:?}");
}

/// Whether SIGINT is caught by now: the second of the bits that the kernel shows.
fn takes_interrupts(id: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("it is shown");
    u64::from_str_radix(caught.trim(), 16).expect("it is a number") & 2 != 0
}

#[test]
fn wrong_arguments_are_refused_with_a_remedy() {
    let folder = tempfile::tempdir().expect("there is room");
    let nowhere = path(folder.path(), "none/out.json");
    let nonsense = path(folder.path(), "nonsense.json");
    std::fs::write(&nonsense, "{}").expect("there is room");
    for (words, expected, says) in [
        (&["sweep", "--shard", "auto"][..], 2, "pass --shard ${{ matrix.shard }}/4"),
        (&["sweep", "--seeds", "3..3"], 4, "0 seeds"),
        (&["sweep", "--seeds", "3.."], 2, "needs --for"),
        (&["sweep", "--seeds", "0..9", "--for", "1s"], 2, "--seeds 1000.."),
        (&["sweep", "--seeds", "0..9", "--out", &nowhere], 75, "cannot be written"),
        (&["sweep", "--subject", "bug:none"], 2, "bug:canary"),
        (&["merge", &nonsense], 2, "not the result of a sweep"),
        (&["merge", &nowhere], 2, "cannot be read"),
        (&["replay", "v2:abc"], 2, "copy the whole line"),
        (&["replay", &nonsense], 2, "is not a case"),
        (&["replay", &nowhere], 2, "not a seed, a v2: line or a file"),
        (&["audit", "--seeds", "0.."], 2, "must have an end"),
        (&["audit", "0..9"], 2, "pass --seeds 0..9"),
        (&["bugs", "--seeds", "0.."], 2, "must have an end"),
        (&["bugs", "--seeds", "3..3"], 4, "no seed"),
        (&["bugs", "--only", "none"], 4, "no injected bug"),
    ] {
        let output = sim(words);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(code(&output), expected, "{words:?}: {said}");
        assert!(said.contains(says), "{words:?}: {said}");
    }
}

#[test]
fn audit_finds_equal_runs_here_and_in_another_process() {
    let output = sim(&["audit", "11"]);
    let said = text(&output.stdout);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(said.contains("two runs in this process are equal"), "{said}");
    assert!(said.contains("the run in another process is equal"), "{said}");
    let output = sim(&["audit", "--seeds", "0..300"]);
    assert!(text(&output.stdout).starts_with("300 seeds audited"), "{output:?}");
    assert!(text(&output.stdout).ends_with("0 divergences\n"), "{output:?}");
}

#[test]
fn the_line_of_a_sweep_reproduces_the_failure() {
    reproduces("axum");
}

/// A sweep finds a failure and prints a line, and that line reproduces the failure.
fn reproduces(subject: &str) {
    let found = sim(&["sweep", "--seeds", "0..1000", "--subject", subject, "--stop-after", "1"]);
    assert_eq!(code(&found), 1, "{found:?}");
    let said = text(&found.stdout);
    let words = said.lines().find_map(arguments).expect("a line");
    let replayed = sim(&words);
    assert_eq!(code(&replayed), 1, "{replayed:?}");
    let signature = said.lines().find_map(|line| line.split_once(" × ")).expect("a signature").1;
    assert!(text(&replayed.stdout).contains(signature), "{signature}: {replayed:?}");
}

#[cfg(not(lastorders_sim))]
#[test]
fn a_build_without_injected_bugs_refuses_every_command_that_needs_one() {
    let folder = tempfile::tempdir().expect("there is room");
    let out = path(folder.path(), "case.json");
    let entry = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/bug-canary.json");
    for words in [
        &["sweep", "--seeds", "0..9", "--subject", "bug:canary"][..],
        &["replay", "1", "--subject", "bug:pool-first"],
        &["shrink", entry],
        &["export", entry, "--format", "jsonl", "--out", &out],
        &["bugs"],
        &["bugs", "--only", "pool-first"],
    ] {
        let output = sim(words);
        let said = text(&output.stderr);
        assert_eq!(code(&output), 2, "{words:?}: {output:?}");
        for part in ["cannot simulate the bug", "no injected bugs", "--cfg lastorders_sim"] {
            assert!(said.contains(part), "{words:?}: {part} is not in: {said}");
        }
    }
}

/// Runs each command that takes a case on the first seed whose case has rare paths.
#[test]
fn a_build_without_rare_paths_notes_that_it_skips_them() {
    let has_rare_paths = |seed: &u64| !generate(*seed, Family::Mixed).conditions.buggify.is_empty();
    let seed = (0..100).find(has_rare_paths).expect("every second seed may have them").to_string();
    for command in ["replay", "shrink", "blame"] {
        let noted = |subject: &str| {
            let output = sim(&[command, &seed, "--subject", subject]);
            text(&output.stderr).matches("does not take the rare paths").count()
        };
        assert_eq!(noted("ours"), usize::from(cfg!(not(lastorders_sim))), "{command}");
        assert_eq!(noted("axum"), 0, "{command}: axum has no rare paths");
    }
}

#[cfg(lastorders_sim)]
mod injected {
    use super::*;

    #[test]
    fn the_line_of_a_sweep_reproduces_an_injected_bug() {
        reproduces("bug:canary");
    }

    #[test]
    fn an_injected_bug_is_found() {
        let output = sim(&["bugs", "--only", "canary", "--seeds", "0..100"]);
        assert_eq!(code(&output), 0, "{output:?}");
        assert!(text(&output.stdout).contains("1 of 1 found"), "{output:?}");
    }
}
