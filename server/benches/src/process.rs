//! Runs a subject as a process of a [`Side`](crate::network::Side).

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::subject::{self, PolicyChoice, ServerKind};

/// How long a subject may take to listen.
const START: Duration = Duration::from_secs(10);

/// The options of a subject.
#[derive(Debug)]
pub struct Start {
    /// The server.
    pub kind: ServerKind,
    /// The policy, if the server has one.
    pub policy: PolicyChoice,
    /// Further command-line arguments.
    pub arguments: Vec<String>,
    /// The address to listen on, unless the subject inherits a listener.
    pub listen: SocketAddr,
    /// The listening socket to inherit. It stays open when the subject ends.
    pub inherit: Option<OwnedFd>,
}

/// A listening subject. It is killed on drop, and when the thread that started it ends.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pid: Pid,
    address: SocketAddr,
}

/// How a subject ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit status; `None` when the subject did not end and was killed.
    pub status: Option<ExitStatus>,
    /// The last line of output, if it is JSON: the report of lastorders.
    pub report: Option<Value>,
}

impl Process {
    /// Starts this program again as a subject, and waits until it listens.
    ///
    /// # Errors
    ///
    /// When the subject cannot be started, or does not listen.
    pub async fn start(start: Start) -> io::Result<Self> {
        let mut words = subject::command(start.kind, start.policy)?.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).args(start.arguments);
        match start.inherit {
            Some(listener) => command.arg("--inherit").stdin(Stdio::from(listener)),
            None => command.args(["--listen", &start.listen.to_string()]).stdin(Stdio::null()),
        };
        command.stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let gone = || io::Error::other("the subject ended before it listened");
        let stdout = child.stdout.take().ok_or_else(gone)?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let pid = pid.ok_or_else(gone)?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        timeout(START, stdout.read_line(&mut line))
            .await
            .map_err(|_| io::Error::other("the subject does not listen"))??;
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address.and_then(|it| it.parse().ok()).ok_or_else(gone)?;
        Ok(Self { child, stdout, pid, address })
    }

    /// The address that the subject listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a function that sends SIGTERM. It must be called before the process is reaped.
    pub fn terminate(&self) -> impl FnOnce() + Send + 'static {
        let pid = self.pid;
        move || {
            // An error means that the process has ended, which `ended` reports.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// Waits until the subject has ended. Kills it when `bound` passes first.
    ///
    /// # Errors
    ///
    /// When the process cannot be waited for.
    pub async fn ended(mut self, bound: Duration) -> io::Result<Ended> {
        let mut printed = String::new();
        let end = async {
            self.stdout.read_to_string(&mut printed).await?;
            self.child.wait().await
        };
        let status = match timeout(bound, end).await {
            Ok(status) => Some(status?),
            Err(_) => {
                self.child.kill().await?;
                None
            }
        };
        let last = printed.lines().next_back();
        let report = last.and_then(|line| serde_json::from_str(line).ok());
        Ok(Ended { status, report })
    }
}
