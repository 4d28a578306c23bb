//! The program's messages and exit codes that need no Postgres.

use std::path::Path;
use std::process::{Command, Output};

use rustix::process::{Pid, Signal, kill_process};

/// A run of the program.
fn lastorders(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastorders"));
    command.args(words).env("NO_COLOR", "1").output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn submission(manifest: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("lastorders.toml"), manifest).expect("written");
    dir
}

fn run(dir: &Path, more: &[&str]) -> Output {
    let dir = dir.to_str().expect("UTF-8");
    lastorders(&[&["run", dir], more].concat())
}

#[test]
fn wrong_usage_exits_with_its_code_and_names_the_problem() {
    let nothing = tempfile::tempdir().expect("a directory");
    let nothing = nothing.path().to_str().expect("UTF-8");
    let history = Path::new(nothing).join("history.jsonl");
    std::fs::write(&history, "no history\n").expect("written");
    for (words, code, says) in [
        (vec!["run", "--", "/no/such/command"], 2, "does not exist"),
        (vec!["run", "--", "no-such-command-anywhere"], 2, "looked in PATH"),
        (vec!["run", "/no/such/directory"], 2, "is not a readable directory"),
        (vec!["run", nothing], 2, "write a lastorders.toml"),
        (vec!["run", "--only", "inflght"], 4, "did you mean"),
        (vec!["run", "--only", "inflight", "--skip", "inflight"], 4, "select no scenario"),
        (vec!["list", "--only", "nothing/like-it"], 4, "lastorders list"),
        (vec!["explain", "contract"], 4, "fits several"),
        (vec!["explain", "completes"], 4, "did you mean inflight/completes?"),
        (vec!["check", nothing], 2, "line 1 is no history's header"),
        (vec!["check", "/no/such/file"], 2, "could not be read"),
        (vec!["run", "--grace", "soon"], 2, "10s, 500ms or 1m30s"),
        (vec!["grade"], 2, "unrecognized subcommand"),
        (vec!["run", "--env", "NO_SUCH_VARIABLE", "--", "sh"], 2, "NO_SUCH_VARIABLE=VALUE"),
        (vec!["run", "--env", "PORT=1", "--", "sh"], 2, "lastorders gives the server its own"),
        (vec!["run", "--env", "DATABASE_URL", "."], 2, "lastorders gives the server its own"),
        (vec!["run", "--env", "=x", "--", "sh"], 2, "no variable can have this name"),
    ] {
        let ran = lastorders(&words);
        let (out, err) = (text(&ran.stdout), text(&ran.stderr));
        assert_eq!(ran.status.code(), Some(code), "{words:?}: {err}");
        assert!(err.contains(says), "{words:?}: {err}");
        assert!(out.is_empty(), "{words:?}: {out}");
    }
}

#[test]
fn bad_manifest_is_refused_with_the_reason() {
    for (manifest, code, says) in [
        ("strat = [\"node\"]", 2, "did you mean `start`?"),
        ("start = \"node server.js\"", 2, "must be a list of strings"),
        ("start = [\"no-such-program\"]", 75, "is not on this machine"),
        (
            "build = [\"no-such-tool\"]\nstart = [\"sh\"]",
            75,
            "`no-such-tool` is not on this machine",
        ),
    ] {
        let dir = submission(manifest);
        let ran = run(dir.path(), &[]);
        let err = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{manifest}: {err}");
        assert!(err.contains(says), "{manifest}: {err}");
    }
}

#[test]
fn failed_build_fails_every_scenario_for_the_same_reason() {
    let dir = submission("build = [\"sh\", \"-c\", \"echo oh no; exit 3\"]\nstart = [\"sh\"]");
    let out = dir.path().join("out");
    let ran = run(dir.path(), &["--only", "contract", "--out", out.to_str().expect("UTF-8")]);
    let stdout = text(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1), "{}", text(&ran.stderr));
    assert!(stdout.contains("for the same reason"), "{stdout}");
    assert!(stdout.contains("exited with status 3") && stdout.contains("│ oh no"), "{stdout}");
    assert_eq!(stdout.lines().last(), Some("0 passed, 4 failed, 0 skipped"));
    let results = std::fs::read_to_string(out.join("results.json")).expect("written");
    let results: serde_json::Value = serde_json::from_str(&results).expect("JSON");
    assert_eq!(results["summary"]["failed"], 4);
    assert_eq!(results["score"], 0.0);
    assert_eq!(results["subject"]["build_failure"]["output"][0], "oh no");
    for file in ["junit.xml", "report.txt"] {
        assert!(out.join(file).is_file(), "{file}");
    }
}

#[test]
fn rerun_line_carries_the_variables_and_no_inherited_value() {
    let dir = submission("build = [\"false\"]\nstart = [\"sh\"]");
    let out = dir.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastorders"));
    command.args(["run", "--only", "exit/status", "--env", "LEVEL=de bug", "--env", "API_TOKEN"]);
    command.arg("--out").arg(&out).arg(dir.path());
    let ran = command.env("NO_COLOR", "1").env("API_TOKEN", "s3cret").output().expect("it starts");
    let stdout = text(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1), "{}", text(&ran.stderr));
    let words: Vec<_> = stdout.split_whitespace().collect();
    assert!(words.join(" ").contains("--env 'LEVEL=de bug' --env API_TOKEN /"), "{stdout}");
    let files = ["results.json", "junit.xml", "report.txt"].map(|file| out.join(file));
    let files = files.map(|file| std::fs::read_to_string(file).expect("written"));
    for text in [stdout, text(&ran.stderr)].iter().chain(&files) {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn json_output_contains_nothing_but_json() {
    let dir = submission("build = [\"false\"]\nstart = [\"sh\"]");
    let ran = run(dir.path(), &["--json", "--public"]);
    let results: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON alone");
    assert_eq!(results["schema_version"], 1);
    let listed = lastorders(&["list", "--json", "--public"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON alone");
    assert_eq!(listed.as_array().map(Vec::len), results["scenarios"].as_array().map(Vec::len));
}

#[test]
fn unwritable_output_directory_is_reported_before_the_run() {
    let dir = submission("start = [\"sh\"]");
    let taken = dir.path().join("lastorders.toml/out");
    let ran = run(dir.path(), &["--out", taken.to_str().expect("UTF-8")]);
    assert_eq!(ran.status.code(), Some(75), "{}", text(&ran.stderr));
    assert!(text(&ran.stderr).contains("--out"), "{}", text(&ran.stderr));
}

#[test]
fn help_and_explanations_fit_a_terminal() {
    for words in [vec!["--help"], vec!["run", "--help"], vec!["list"], vec!["doctor"]] {
        let ran = lastorders(&words);
        // The result of `doctor` depends on the machine.
        let well = ran.status.success() || (words == ["doctor"] && ran.status.code() == Some(75));
        assert!(well, "{words:?}: {}", text(&ran.stderr));
        for line in text(&ran.stdout).lines() {
            assert!(line.chars().count() <= 100, "{words:?}: {line}");
        }
    }
    let listed = lastorders(&["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    for scenario in listed.as_array().expect("a list") {
        let id = scenario["id"].as_str().expect("an id");
        let ran = lastorders(&["explain", id]);
        assert_eq!(ran.status.code(), Some(0), "{id}");
        let explained = text(&ran.stdout);
        for language in ["Node", "Python", "Go", "Java", "Rust"] {
            assert!(explained.contains(&format!("\n  {language}\n")), "{id}: {language}");
        }
        for line in explained.lines() {
            assert!(line.chars().count() <= 100, "{id}: {line}");
        }
    }
}

#[test]
fn interrupted_build_exits_with_128_plus_the_signal() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let build = "build = [\"sh\", \"-c\", \"mkfifo up; cat up\"]\nstart = [\"sh\"]";
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let dir = submission(build);
        let mut child = Command::new(env!("CARGO_BIN_EXE_lastorders"))
            .args(["run", dir.path().to_str().expect("UTF-8")])
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut err = BufReader::new(child.stderr.take().expect("piped"));
        let mut first = String::new();
        err.read_line(&mut first).expect("a line");
        assert!(first.starts_with("building: sh -c"), "{first}");
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let mut rest = String::new();
        err.read_to_string(&mut rest).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{rest}");
        assert!(rest.contains("interrupted"), "{rest}");
    }
}

#[test]
fn plan_of_another_version_or_of_endless_length_is_refused_before_the_run() {
    let dir = tempfile::tempdir().expect("a directory");
    let old = dir.path().join("old.json");
    // As version 1 wrote it: an actor's steps stood beside its role.
    let plan = r#"{"version":1,"actors":[{"name":"a","role":{"is":"client"},"steps":[]}]}"#;
    std::fs::write(&old, plan).expect("a file");
    let old = old.to_str().expect("UTF-8").to_owned();
    for (plan, expected) in [
        (old.as_str(), "the plan has version 1 of the language, and this program reads 2"),
        ("/dev/zero", "it is longer than 16 MiB"),
    ] {
        let output = lastorders(&["run", "--plans", plan, "--", "true"]);
        assert_eq!(output.status.code(), Some(2), "{plan}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(expected), "{plan}: {stderr}");
    }
}
