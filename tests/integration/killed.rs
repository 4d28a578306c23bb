//! What a killed harness leaves: guards remove what they can reach, and `clean` finds the rest.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use lastorders_harness::postgres::{Leftover, RunId, clean, leftovers};

use crate::postgres::{containers_of, directories_of, start, until};

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        async cluster_of_a_killed_harness_is_removed_by_its_guard [Local];
        async cluster_whose_guard_was_killed_too_is_found_and_cleaned [Local];
        async container_of_a_killed_harness_is_removed_by_its_guard [Docker];
        async container_without_a_guard_is_found_and_cleaned [Docker];
    ]
}

async fn cluster_of_a_killed_harness_is_removed_by_its_guard() {
    let mut harness = Harness::start("local", None);
    harness.kill();
    until("the guard has removed the cluster", async || {
        directories_of(&harness.run).is_empty() && processes_of(&harness.run).is_empty()
    })
    .await;
}

async fn cluster_whose_guard_was_killed_too_is_found_and_cleaned() {
    let mut harness = Harness::start("local", None);
    let dir = directories_of(&harness.run).remove(0);
    let left = Leftover::Cluster { dir };
    assert!(!leftovers(None).await.found.contains(&left), "its harness is alive");
    for guard in processes_of(&harness.run) {
        kill(guard);
    }
    harness.kill();
    assert!(leftovers(None).await.found.contains(&left));
    let cleaned = clean(None).await;
    assert!(cleaned.removed.contains(&left), "{cleaned:?}");
    assert_eq!(directories_of(&harness.run), Vec::<std::path::PathBuf>::new());
}

async fn container_of_a_killed_harness_is_removed_by_its_guard() {
    let mut harness = Harness::start("docker", None);
    assert!(!containers_of(&harness.run).is_empty());
    harness.kill();
    until("the guard has removed the container", async || containers_of(&harness.run).is_empty())
        .await;
}

async fn container_without_a_guard_is_found_and_cleaned() {
    // With this `PATH` the guard finds no `docker` to remove the container.
    let mut harness = Harness::start("docker", Some("/nowhere"));
    let id = containers_of(&harness.run);
    let left = |found: &[Leftover]| {
        found.iter().any(|one| matches!(one, Leftover::Container { id: it } if *it == id))
    };
    assert!(!left(&leftovers(None).await.found), "its harness is alive");
    harness.kill();
    assert!(left(&leftovers(None).await.found));
    let cleaned = clean(None).await;
    assert!(left(&cleaned.removed), "{cleaned:?}");
    assert_eq!(containers_of(&harness.run), "");
}

/// In a process that a [`Harness`] started: holds a Postgres until the process is killed. In any
/// other process, returns at once.
pub(crate) fn hold_a_postgres_if_asked() {
    let Ok(choice) = std::env::var(CHOICE) else { return };
    crate::trial::block_on(async {
        let run = RunId::random();
        let postgres = start(&choice.parse().expect("a choice"), &run).await;
        let _lease = postgres.lease("x").await.expect("a lease");
        println!("\n{READY}{run}");
        std::future::pending::<()>().await;
    });
}

/// The variable that selects the Postgres of the process to be killed.
const CHOICE: &str = "LASTORDERS_TEST_CHOICE";
const READY: &str = "ready: ";

/// A process that holds a Postgres and a lease.
struct Harness {
    process: std::process::Child,
    run: String,
}

impl Harness {
    fn start(choice: &str, path: Option<&str>) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.env(CHOICE, choice).stdout(Stdio::piped()).process_group(0);
        if let Some(path) = path {
            command.env("PATH", path);
        }
        let mut process = command.spawn().expect("started");
        let stdout = BufReader::new(process.stdout.take().expect("piped"));
        let run = stdout
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix(READY).map(str::to_owned));
        Self { process, run: run.expect("a run") }
    }

    fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

/// Processes with the run's id on their command line: guards.
fn processes_of(run: &str) -> Vec<u32> {
    std::fs::read_dir("/proc")
        .expect("a process list")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&run[..8])
        })
        .collect()
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
}
