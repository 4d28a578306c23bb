use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use lastorders_harness::Catalogue;
use rustix::process::{Pid, Signal, kill_process};

use super::program::{Place, RunOutput};
use crate::built::program;

/// Starts a run of the whole catalogue, and waits until one scenario is judged. All other scenarios
/// are then under way. Returns the run and the rest of its standard error.
fn in_the_middle(place: &Place, postgres: &str) -> (Child, impl Read + use<>) {
    let server = program("lastorders-server");
    let server = server.to_str().expect("UTF-8");
    let mut command = place.command(&["run", "--postgres", postgres, "--", server]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    // Each progress line counts the scenarios: `[ 3/23]`.
    let of_all = format!("/{}]", Catalogue::all().scenarios().len());
    let mut line = String::new();
    while !line.contains(&of_all) {
        line.clear();
        let read = stderr.read_line(&mut line).expect("it is text");
        assert_ne!(read, 0, "the run ended before a scenario was judged");
    }
    (child, stderr)
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_child(child);
    kill_process(pid, signal).expect("it runs");
}

fn end(child: Child, mut stderr: impl Read) -> RunOutput {
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("it is text");
    let mut ran = RunOutput::of(child.wait_with_output().expect("it ends"));
    ran.stderr = rest;
    ran
}

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        signal_stops_a_run_with_its_exit_code_and_leaves_nothing [Local];
        second_ctrl_c_leaves_nothing [Local];
        ctrl_c_removes_the_postgres_container [Docker];
        guards_remove_everything_after_a_killed_run [Local];
    ]
}

fn signal_stops_a_run_with_its_exit_code_and_leaves_nothing() {
    for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let place = Place::new();
        let (child, stderr) = in_the_middle(&place, "local");
        signal(&child, sent);
        let ran = end(child, stderr);
        assert_eq!(ran.code, Some(code), "{}\n{}", ran.stdout, ran.stderr);
        let last = ran.stdout.lines().last().unwrap_or_default();
        assert!(last.contains(" skipped") && !last.contains(" 0 skipped"), "{}", ran.stdout);
        place.assert_empty(&ran.stderr);
    }
}

fn second_ctrl_c_leaves_nothing() {
    let place = Place::new();
    let (child, stderr) = in_the_middle(&place, "local");
    signal(&child, Signal::INT);
    signal(&child, Signal::INT);
    let ran = end(child, stderr);
    assert_eq!(ran.code, Some(130), "{}\n{}", ran.stdout, ran.stderr);
    place.assert_empty(&ran.stderr);
}

fn ctrl_c_removes_the_postgres_container() {
    let place = Place::new();
    let (child, stderr) = in_the_middle(&place, "docker");
    let pid = child.id();
    assert!(!containers(pid).is_empty(), "the run has no container");
    signal(&child, Signal::INT);
    let ran = end(child, stderr);
    assert_eq!(ran.code, Some(130), "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(containers(pid), "");
    place.assert_empty(&ran.stderr);
}

fn guards_remove_everything_after_a_killed_run() {
    let place = Place::new();
    let (mut child, _stderr) = in_the_middle(&place, "local");
    signal(&child, Signal::KILL);
    child.wait().expect("it ends");
    place.await_empty();
}

fn containers(pid: u32) -> String {
    let filter = format!("label=lastorders.pid={pid}");
    let mut command = std::process::Command::new("docker");
    let output = command.args(["ps", "--all", "--quiet", "--filter", &filter]).output();
    String::from_utf8(output.expect("docker's client is here").stdout).expect("UTF-8")
}
