use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Mutex;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::sync::watch;

use super::{Language, PrepareError, Prepared, Subject};
use crate::cancel::Cancel;
use crate::command::Environment;

/// A submission with these files.
fn submission(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

async fn prepare(dir: &Path) -> Result<Prepared, PrepareError> {
    Subject::from_dir(dir).prepare(&Cancel::never(), &|_| {}).await
}

/// A submission's files. An earlier file takes precedence over a later one.
const FILES: [(&str, &str); 5] = [
    ("lastorders.toml", "start = [\"sh\", \"manifest\"]"),
    ("Procfile", "web: sh procfile"),
    ("package.json", r#"{"scripts":{"start":"node package.js"}}"#),
    ("requirements.txt", "# nothing\n"),
    ("main.py", ""),
];

/// Asserts that the first of these files decides how the server is started.
async fn decides(files: &[(&str, &str)], ends: &str) {
    let dir = submission(files);
    let prepared = prepare(dir.path()).await.expect("recognised");
    assert!(prepared.command().ends_with(ends), "{}", prepared.command());
    let cwd = dir.path().canonicalize().expect("a directory");
    assert_eq!(prepared.launch.cwd, cwd);
}

#[tokio::test]
async fn manifest_takes_precedence_over_every_other_file() {
    let [manifest, procfile, ..] = FILES;
    decides(&[manifest, procfile], "sh manifest").await;
    decides(&[procfile], "sh -c 'exec sh procfile'").await;
}

#[tokio::test]
#[ignore = "needs Node and npm; tests/integration runs it"]
async fn procfile_starts_the_build_of_a_package_json() {
    decides(&FILES, "sh manifest").await;
    decides(&FILES[1..], "sh -c 'exec sh procfile'").await;
    decides(&FILES[2..], "node package.js").await;
}

#[tokio::test]
#[ignore = "needs Python; tests/integration runs it"]
async fn main_py_with_a_requirements_file_is_started_by_python() {
    decides(&FILES[3..], "python3 main.py").await;
}

#[tokio::test]
async fn unrecognised_directory_is_refused_with_the_recognised_files() {
    let error = prepare(submission(&[("README", "")]).path()).await.expect_err("nothing known");
    assert!(error.to_string().contains("write a lastorders.toml"), "{error}");
    let error = prepare(Path::new("/no/such/directory")).await.expect_err("no directory");
    assert!(matches!(error, PrepareError::NoDirectory { .. }), "{error}");
    let dir = submission(&[("lastorders.toml", "start = [\"no-such-program\"]")]);
    let error = prepare(dir.path()).await.expect_err("no program");
    assert!(matches!(error, PrepareError::MissingProgram { .. }), "{error}");
    let error = Subject::command("./no/such")
        .prepare(&Cancel::never(), &|_| {})
        .await
        .expect_err("no command");
    assert!(matches!(error, PrepareError::NoCommand { .. }), "{error}");
}

#[tokio::test]
async fn failed_build_step_of_a_manifest_is_reported_with_its_output() {
    let text = "build = [[\"sh\", \"-c\", \"echo built > made\"], [\"mkdir\", \"app\"]]\n\
                start = [\"./run.sh\", \"a b\"]\ncwd = \"app\"\nready_timeout = \"7s\"\n\
                env = { GREETING = \"hello\" }\n";
    let dir = submission(&[("lastorders.toml", text), ("go.mod", "")]);
    let error = prepare(dir.path()).await.expect_err("the build made no run.sh");
    assert!(error.to_string().contains("cwd"), "{error}");
    std::fs::create_dir(dir.path().join("app")).expect("made");
    let steps = Mutex::new(Vec::new());
    let on_step = |step: &str| steps.lock().expect("no panic").push(step.to_owned());
    let failed = Subject::from_dir(dir.path())
        .prepare(&Cancel::never(), &on_step)
        .await
        .expect_err("mkdir fails");
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
async fn build_gets_listed_variables_and_its_children_are_killed() {
    // The child outlives the build step, and would keep its output open forever.
    let build = "build = [\"sh\", \"-c\", \"sleep 1000 & echo $! > pid; env > seen\"]\n";
    let dir = submission(&[("lastorders.toml", &format!("{build}start = [\"sh\"]"))]);
    prepare(dir.path()).await.expect("built");
    let read = |name| std::fs::read_to_string(dir.path().join(name)).expect(name);
    assert!(!read("seen").contains("CARGO_MANIFEST_DIR"), "{}", read("seen"));
    assert!(read("seen").contains("PATH="));
    assert!(is_gone(read("pid").trim()), "the child of the build lives");
}

#[tokio::test]
async fn interrupted_build_ends_with_its_children() {
    let build = "build = [\"sh\", \"-c\", \"sleep 1000 & echo $! > pid; mkfifo up; cat up\"]\n";
    let dir = submission(&[("lastorders.toml", &format!("{build}start = [\"sh\"]"))]);
    let (sender, cancel) = watch::channel(None);
    let interrupt = |_: &str| {
        sender.send_replace(Some(15));
    };
    let subject = Subject::from_dir(dir.path());
    let error = subject.prepare(&cancel.into(), &interrupt).await.expect_err("interrupted");
    assert!(matches!(error, PrepareError::Interrupted(15)), "{error}");
    if let Ok(pid) = std::fs::read_to_string(dir.path().join("pid")) {
        assert!(pid.is_empty() || is_gone(pid.trim()), "the child of the build lives");
    }
}

#[tokio::test]
async fn command_is_started_without_a_build() {
    // The language is recognised by the program's name alone.
    let dir = submission(&[("node", "")]);
    let node = dir.path().join("node");
    std::fs::set_permissions(&node, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let subject = Subject::command(&node).args(["server.js"]).cwd("/").env("A", "b");
    let node = node.to_str().expect("UTF-8");
    assert_eq!(subject.arguments(), ["--env", "A=b", "--", node, "server.js"]);
    let prepared = subject.prepare(&Cancel::never(), &|_| {}).await.expect("the program is there");
    assert_eq!(prepared.language, Some(Language::Node));
    assert_eq!(prepared.launch.env, [("A".into(), "b".into())]);
}

#[tokio::test]
async fn command_inherits_the_environment_and_a_directory_gets_the_listed_variables() {
    let launch = async |subject: Subject| {
        let prepared =
            subject.env("A", "b").pass_env("PATH").prepare(&Cancel::never(), &|_| {}).await;
        prepared.expect("there is a shell").launch
    };
    let path = std::env::var_os("PATH").expect("it is set");
    let env = [("A".into(), "b".into()), ("PATH".into(), path)];
    let dir = submission(&[("lastorders.toml", "start = [\"sh\"]\n[env]\nA = \"manifest\"")]);
    let manifest = ("A".into(), "manifest".into());
    for (subject, environment, manifest) in [
        (Subject::command("sh"), Environment::Inherited, None),
        (Subject::command("sh").clean_env(), Environment::Listed, None),
        (Subject::from_dir(dir.path()), Environment::Listed, Some(manifest)),
    ] {
        let launch = launch(subject).await;
        assert_eq!(launch.environment, environment);
        // The later value wins, so a requested variable overrides the manifest.
        let expected: Vec<_> = manifest.into_iter().chain(env.clone()).collect();
        assert_eq!(launch.env, expected);
    }
}

#[tokio::test]
async fn wrong_variable_is_reported_before_the_build() {
    let dir = submission(&[("lastorders.toml", "build = [\"false\"]\nstart = [\"sh\"]")]);
    let subject = Subject::from_dir(dir.path());
    for (subject, says) in [
        (subject.clone().pass_env("LASTORDERS_NO_SUCH"), "it is not set in the environment of"),
        (subject.clone().env("PORT", "1"), "lastorders gives the server its own"),
        (subject.pass_env("DATABASE_URL"), "lastorders gives the server its own"),
    ] {
        let error = subject.prepare(&Cancel::never(), &|_| {}).await.expect_err(says);
        assert!(matches!(error, PrepareError::Variable { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn rerun_arguments_carry_the_variables_and_no_inherited_value() {
    let command = || Subject::command("sh").pass_env("PATH").env("A", "b c");
    let variables = ["--env", "PATH", "--env", "A=b c"];
    assert_eq!(command().arguments(), [&variables[..], &["--", "sh"]].concat());
    let clean = [&variables[..], &["--clean-env", "--", "sh"]].concat();
    assert_eq!(command().clean_env().arguments(), clean);
    let dir = Subject::from_dir("here").env("A", "b").clean_env();
    assert_eq!(dir.arguments(), ["--env", "A=b", "here"]);
}

/// Whether a process ends within 5 s; a kill takes a moment.
fn is_gone(pid: &str) -> bool {
    let pid = pid.parse().ok().and_then(Pid::from_raw).expect("a process id");
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return true };
    let mut ended = [PollFd::new(&process, PollFlags::IN)];
    let most = Timespec { tv_sec: 5, tv_nsec: 0 };
    // The end of another child interrupts the wait.
    rustix::io::retry_on_intr(|| poll(&mut ended, Some(&most))).is_ok_and(|n| n == 1)
}
