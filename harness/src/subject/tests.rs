use std::path::Path;
use std::sync::Mutex;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::sync::watch;

use super::{Language, PrepareError, Prepared, Subject};

/// A submission of these files.
fn submission(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

async fn prepare(dir: &Path) -> Result<Prepared, PrepareError> {
    Subject::from_dir(dir).prepare(&|_| {}).await
}

#[tokio::test]
async fn the_first_file_that_counts_decides() {
    let all = [
        ("lastorders.toml", "start = [\"sh\", \"manifest\"]"),
        ("Procfile", "web: sh procfile"),
        ("package.json", r#"{"scripts":{"start":"node package.js"}}"#),
        ("requirements.txt", "# nothing\n"),
        ("main.py", ""),
    ];
    for (from, ends) in [
        (0, "sh manifest"),
        (1, "sh -c 'exec sh procfile'"),
        (2, "node package.js"),
        (3, "python3 main.py"),
    ] {
        let dir = submission(&all[from..]);
        let prepared = prepare(dir.path()).await.expect("recognised");
        assert!(prepared.command().ends_with(ends), "{}", prepared.command());
        let cwd = dir.path().canonicalize().expect("a directory");
        assert_eq!(prepared.launch.cwd, cwd);
    }
}

#[tokio::test]
async fn what_is_not_recognised_is_told_what_would_be() {
    let error = prepare(submission(&[("README", "")]).path()).await.expect_err("nothing known");
    assert!(error.to_string().contains("write a lastorders.toml"), "{error}");
    let error = prepare(Path::new("/no/such/directory")).await.expect_err("no directory");
    assert!(matches!(error, PrepareError::NoDirectory { .. }), "{error}");
    let dir = submission(&[("lastorders.toml", "start = [\"no-such-program\"]")]);
    let error = prepare(dir.path()).await.expect_err("no program");
    assert!(matches!(error, PrepareError::MissingProgram { .. }), "{error}");
    let error = Subject::command("./no/such").prepare(&|_| {}).await.expect_err("no command");
    assert!(matches!(error, PrepareError::NoCommand { .. }), "{error}");
}

#[tokio::test]
async fn a_manifest_is_followed_to_the_letter() {
    let text = "build = [[\"sh\", \"-c\", \"echo built > made\"], [\"mkdir\", \"app\"]]\n\
                start = [\"./run.sh\", \"a b\"]\ncwd = \"app\"\nready_timeout = \"7s\"\n\
                env = { GREETING = \"hello\" }\n";
    let dir = submission(&[("lastorders.toml", text), ("go.mod", "")]);
    let error = prepare(dir.path()).await.expect_err("the build made no run.sh");
    assert!(error.to_string().contains("cwd"), "{error}");
    std::fs::create_dir(dir.path().join("app")).expect("made");
    let steps = Mutex::new(Vec::new());
    let on_step = |step: &str| steps.lock().expect("no panic").push(step.to_owned());
    let failed = Subject::from_dir(dir.path()).prepare(&on_step).await.expect_err("mkdir fails");
    let PrepareError::Build(failure) = failed else { panic!("no failure of the build: {failed}") };
    assert_eq!(
        (failure.command.as_str(), failure.how.as_str()),
        ("mkdir app", "exited with status 1")
    );
    assert!(failure.output.contains("File exists"), "{}", failure.output);
    assert_eq!(steps.into_inner().expect("no panic"), ["sh -c 'echo built > made'", "mkdir app"]);
    assert!(dir.path().join("made").is_file());
}

#[tokio::test]
async fn a_build_sees_no_secret_and_leaves_nobody_behind() {
    // The child of the build outlives it, and would hold its output open for ever.
    let build = "build = [\"sh\", \"-c\", \"sleep 1000 & echo $! > pid; env > seen\"]\n";
    let dir = submission(&[("lastorders.toml", &format!("{build}start = [\"sh\"]"))]);
    prepare(dir.path()).await.expect("built");
    let read = |name| std::fs::read_to_string(dir.path().join(name)).expect(name);
    assert!(!read("seen").contains("CARGO_MANIFEST_DIR"), "{}", read("seen"));
    assert!(read("seen").contains("PATH="));
    assert!(is_gone(read("pid").trim()), "the child of the build lives");
}

#[tokio::test]
async fn an_interrupted_build_ends_with_its_children() {
    let build = "build = [\"sh\", \"-c\", \"sleep 1000 & echo $! > pid; mkfifo up; cat up\"]\n";
    let dir = submission(&[("lastorders.toml", &format!("{build}start = [\"sh\"]"))]);
    let (sender, cancel) = watch::channel(None);
    let interrupt = |_: &str| {
        sender.send_replace(Some(15));
    };
    let subject = Subject::from_dir(dir.path()).cancel(cancel);
    let error = subject.prepare(&interrupt).await.expect_err("interrupted");
    assert!(matches!(error, PrepareError::Interrupted(15)), "{error}");
    if let Ok(pid) = std::fs::read_to_string(dir.path().join("pid")) {
        assert!(pid.is_empty() || is_gone(pid.trim()), "the child of the build lives");
    }
}

#[tokio::test]
async fn a_command_is_taken_as_it_is() {
    let subject = Subject::command("node").args(["server.js"]).cwd("/").env("A", "b");
    assert_eq!(subject.arguments(), ["--", "node", "server.js"]);
    let prepared = subject.prepare(&|_| {}).await;
    match prepared {
        Ok(prepared) => {
            assert_eq!(prepared.language, Some(Language::Node));
            assert_eq!(prepared.launch.env, [("A".to_owned(), "b".to_owned())]);
        }
        // A machine without node: then that is said.
        Err(error) => assert!(matches!(error, PrepareError::NoCommand { .. }), "{error}"),
    }
}

/// Whether a process ends within 5 s: being killed takes a moment.
fn is_gone(pid: &str) -> bool {
    let pid = pid.parse().ok().and_then(Pid::from_raw).expect("a process id");
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return true };
    let mut ended = [PollFd::new(&process, PollFlags::IN)];
    let most = Timespec { tv_sec: 5, tv_nsec: 0 };
    // The end of any child interrupts a wait.
    rustix::io::retry_on_intr(|| poll(&mut ended, Some(&most))).is_ok_and(|n| n == 1)
}
