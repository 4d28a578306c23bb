//! A subject as a process of a [`Side`](crate::network::Side): started, signalled, waited for.

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

use crate::subject::{Kind, PolicyChoice};

/// How long a subject may take to listen.
const START: Duration = Duration::from_secs(10);

/// What a subject is started with.
#[derive(Debug)]
pub struct Start {
    /// Which server.
    pub kind: Kind,
    /// Its policy, if it has one.
    pub policy: PolicyChoice,
    /// Further arguments of its command line.
    pub arguments: Vec<String>,
    /// Where it listens, unless it inherits a listener.
    pub listen: SocketAddr,
    /// The listening socket that it is to serve on, and that stays open without it.
    pub inherit: Option<OwnedFd>,
}

/// A subject that listens. Dropped, it is killed; and it ends with the thread that started it.
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
    /// Its exit status; `None` when it did not end and was killed.
    pub status: Option<ExitStatus>,
    /// The last line that it printed, if that is JSON: the report of lastorders.
    pub report: Option<Value>,
}

impl Process {
    /// Starts this program again as a subject, and waits until it listens.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or does not listen.
    pub async fn start(start: Start) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("subject").args(["--kind", start.kind.name()]);
        command.args(["--policy", start.policy.name()]).args(start.arguments);
        command.args(["--parent", &std::process::id().to_string()]);
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

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What sends it SIGTERM when it is called. The process must not have been waited for.
    pub fn terminate(&self) -> impl FnOnce() + Send + 'static {
        let pid = self.pid;
        move || {
            // It fails when the process is gone already, which whoever waits for it will see.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// Waits until it has ended; kills it when it has not within `bound`.
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
