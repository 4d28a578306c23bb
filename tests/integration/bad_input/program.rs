use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::built::program;

/// A directory for the temporary files of one run. The run's processes have it in their
/// environment, and the run made every file in it.
pub(super) struct Place {
    dir: tempfile::TempDir,
}

/// The output and the exit code of a run.
pub(super) struct RunOutput {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Place {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        // The cluster's unprivileged account must be able to enter.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).expect("it is ours");
        Self { dir }
    }

    /// A command of `lastorders` with these arguments.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("lastorders"));
        command.args(words).env("TMPDIR", self.dir.path()).env("NO_COLOR", "1");
        command
    }

    /// Runs `lastorders` to its end, and asserts that it left nothing.
    pub(super) fn run(&self, words: &[&str]) -> RunOutput {
        let ran = RunOutput::of(self.command(words).output().expect("it starts"));
        self.assert_empty(&ran.stderr);
        ran
    }

    /// Judges a server, given as a shell command, by one scenario.
    pub(super) fn judge(&self, line: &str, only: &str, more: &[&str]) -> RunOutput {
        let words = ["run", "--postgres", "local", "--only", only];
        self.run(&[&words, more, &["--", "sh", "-c", line]].concat())
    }

    /// Asserts that no process and no file of the run is left.
    pub(super) fn assert_empty(&self, context: &str) {
        let processes = self.processes();
        assert!(processes.is_empty(), "still running: {processes:?}\n{context}");
        let files: Vec<_> = fs::read_dir(self.dir.path()).expect("it is there").flatten().collect();
        assert!(files.is_empty(), "still there: {files:?}\n{context}");
    }

    /// Waits until nothing is left, for the guards of a killed program.
    pub(super) fn await_empty(&self) {
        let until = now() + Duration::from_secs(20);
        while !(self.processes().is_empty() && is_empty(self.dir.path())) {
            assert!(now() < until, "still running: {:?}", self.processes());
            std::thread::yield_now();
        }
    }

    fn processes(&self) -> Vec<String> {
        let mark = self.dir.path().to_str().expect("UTF-8").as_bytes();
        let entries = fs::read_dir("/proc").expect("there is /proc").flatten();
        let marked = entries.filter(|entry| {
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            environment.windows(mark.len()).any(|window| window == mark)
        });
        marked
            .map(|entry| {
                let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&words).replace('\0', " ")
            })
            .collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "a bound on a wait orders nothing")]
pub(super) fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

impl RunOutput {
    pub(super) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Asserts the exit code and the last line of stdout, and that the output contains each text.
    pub(super) fn assert(&self, code: i32, last: &str, says: &[&str]) {
        let Self { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "{stdout}\n{stderr}");
        assert_eq!(stdout.lines().last().unwrap_or_default(), last, "{stdout}\n{stderr}");
        // The program wraps its lines, so compare the words.
        let all = format!("{stdout} {stderr}");
        let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for said in says {
            assert!(all.contains(said), "the output lacks {said:?}:\n{stdout}\n{stderr}");
        }
    }
}
