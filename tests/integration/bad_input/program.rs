use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::built::program;

/// A directory for temporary files that only one run knows: whoever has it in the environment was
/// started by that run, and whatever is in it was made by it.
pub(super) struct Place {
    dir: tempfile::TempDir,
}

/// What a run left on its two streams, and its status.
pub(super) struct RunOutput {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Place {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        // A cluster's unprivileged owner must get through.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).expect("it is ours");
        Self { dir }
    }

    /// `lastorders` with these words.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("lastorders"));
        command.args(words).env("TMPDIR", self.dir.path()).env("NO_COLOR", "1");
        command
    }

    /// Runs `lastorders` to its end, and sees to it that it has left nothing.
    pub(super) fn run(&self, words: &[&str]) -> RunOutput {
        let ran = RunOutput::of(self.command(words).output().expect("it starts"));
        self.assert_empty(&ran.stderr);
        ran
    }

    /// Judges a server of one shell command line by one scenario.
    pub(super) fn judge(&self, line: &str, only: &str, more: &[&str]) -> RunOutput {
        let words = ["run", "--postgres", "local", "--only", only];
        self.run(&[&words, more, &["--", "sh", "-c", line]].concat())
    }

    /// No process and no file of the run is left.
    pub(super) fn assert_empty(&self, context: &str) {
        let processes = self.processes();
        assert!(processes.is_empty(), "still running: {processes:?}\n{context}");
        let files: Vec<_> = fs::read_dir(self.dir.path()).expect("it is there").flatten().collect();
        assert!(files.is_empty(), "still there: {files:?}\n{context}");
    }

    /// Waits until that holds: for what a guard does after its program was killed.
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

    /// The exit code is this, the last line is this, and each of these is said somewhere.
    pub(super) fn assert(&self, code: i32, last: &str, says: &[&str]) {
        let Self { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "{stdout}\n{stderr}");
        assert_eq!(stdout.lines().last().unwrap_or_default(), last, "{stdout}\n{stderr}");
        // Lines are broken where the terminal ends, which is no matter here.
        let all = format!("{stdout} {stderr}");
        let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for said in says {
            assert!(all.contains(said), "nowhere is {said:?}:\n{stdout}\n{stderr}");
        }
    }
}
