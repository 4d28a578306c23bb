//! Runs a subject as a process: starts it, signals it, and waits for its end.
//!
//! The judge's own process control (`world/process` in `lastorders-harness`) is not used here. It
//! knows a server by its environment, finds descendants by reading all of `/proc`, and keeps only a
//! tail of the output. A subject has no descendants, inherits a listener, and is timed without such
//! work. Also, the judge's dependencies would nearly quadruple the work of building the benches.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::clock::now;
use crate::subject::{self, PolicyChoice, ServerKind};

/// How long a subject may take to print a line. Under an emulator it is slow.
const LINE: Duration = Duration::from_secs(30);

/// How a subject is started.
#[derive(Debug)]
pub struct Launch {
    /// The server.
    pub kind: ServerKind,
    /// The policy, if the server has one.
    pub policy: PolicyChoice,
    /// Further [options](crate::subject::Options) of the subject.
    pub arguments: Vec<String>,
    /// The program that runs the subject, such as an emulator, with its arguments. Empty for none.
    pub wrapper: &'static [&'static str],
    /// The listening socket to inherit. It stays open when the subject ends.
    pub inherit: Option<OwnedFd>,
}

/// A listening subject: this very program, started again. It is killed on drop.
///
/// The kernel also kills the subject when the thread that started it ends. So start it from a
/// thread that outlives it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    pidfd: Arc<OwnedFd>,
    address: SocketAddr,
    lines: Receiver<String>,
    /// Resolves to an error when the subject's output ends.
    silent: oneshot::Receiver<()>,
}

/// The end of a subject's process.
#[derive(Debug)]
pub struct Ended {
    /// When the subject ended, or was killed.
    pub at: Instant,
    /// The exit status; `None` when the subject did not end in time and was killed.
    pub status: Option<ExitStatus>,
    /// The last output, line by line: everything that no call has read before.
    pub printed: Vec<String>,
}

impl Launch {
    /// A subject with the defaults of its command line.
    #[must_use]
    pub fn new(kind: ServerKind, policy: PolicyChoice) -> Self {
        Self { kind, policy, arguments: Vec::new(), wrapper: &[], inherit: None }
    }

    /// Adds an option of the subject, with its value.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.arguments.extend([name.to_owned(), value.to_string()]);
        self
    }

    fn command(self) -> io::Result<Command> {
        let subject = subject::command(self.kind, self.policy)?;
        let mut words = self.wrapper.iter().map(OsString::from).chain(subject);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).args(self.arguments);
        match self.inherit {
            Some(listener) => command.arg("--inherit").stdin(Stdio::from(listener)),
            None => command.stdin(Stdio::null()),
        };
        command.stdout(Stdio::piped());
        Ok(command)
    }
}

impl Process {
    /// Starts a subject, and blocks until it listens.
    ///
    /// # Errors
    ///
    /// When the subject cannot be started, or does not listen within 30 s.
    pub fn start(launch: Launch) -> io::Result<Self> {
        let mut child = launch.command()?.spawn()?;
        let pidfd = match pidfd_open(Pid::from_child(&child), PidfdFlags::empty()) {
            Ok(pidfd) => Arc::new(pidfd),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error.into());
            }
        };
        let (lines, silent) = lines_of(&mut child);
        // From here on, dropping this value kills the process.
        let address = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut process = Self { child, pidfd, address, lines, silent };
        // An emulator prints lines before the subject does.
        process.address = process.find_line("its address", |line| {
            line.strip_prefix("listening on ").and_then(|address| address.parse().ok())
        })?;
        Ok(process)
    }

    /// Blocks until the subject prints this line. Lines before it are discarded.
    ///
    /// # Errors
    ///
    /// When the subject ends, or does not print the line within 30 s.
    pub fn expect(&self, line: &str) -> io::Result<()> {
        self.find_line(&format!("`{line}`"), |printed| (printed == line).then_some(()))
    }

    fn find_line<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> io::Result<T> {
        loop {
            match self.lines.recv_timeout(LINE) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let error = format!("the server did not print {what} within {LINE:?}");
                    return Err(io::Error::other(error));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let error = format!("the server ended before it printed {what}");
                    return Err(io::Error::other(error));
                }
            }
        }
    }

    /// The address that the subject listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM. A subject that has ended ignores it.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to send the signal.
    pub fn terminate(&self) -> io::Result<()> {
        Ok(pidfd_send_signal(&self.pidfd, Signal::TERM)?)
    }

    /// Returns a function that sends SIGTERM. The function may outlive this value.
    pub fn terminator(&self) -> impl Fn() + Send + 'static {
        let pidfd = Arc::clone(&self.pidfd);
        move || {
            // An error means that the subject is gone.
            let _ = pidfd_send_signal(&pidfd, Signal::TERM);
        }
    }

    /// Whether the subject ends within this time. Otherwise this call blocks for that time.
    ///
    /// # Errors
    ///
    /// When the process cannot be watched.
    pub fn ends_within(&self, time: Duration) -> io::Result<bool> {
        let time = Timespec::try_from(time).ok();
        let mut ended = [PollFd::new(&self.pidfd, PollFlags::IN)];
        Ok(rustix::io::retry_on_intr(|| poll(&mut ended, time.as_ref()))? > 0)
    }

    /// Blocks until the subject has ended. Kills it when `bound` passes first.
    ///
    /// # Errors
    ///
    /// When the process cannot be waited for.
    pub fn wait(self, bound: Duration) -> io::Result<Ended> {
        let in_time = self.ends_within(bound)?;
        self.reap(in_time)
    }

    /// Waits until the subject has ended, and kills it when `bound` passes first. Dropping the
    /// future kills the subject at once.
    ///
    /// # Errors
    ///
    /// When the process cannot be waited for.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with timers.
    pub async fn ended(mut self, bound: Duration) -> io::Result<Ended> {
        match timeout(bound, &mut self.silent).await {
            // The output ends with the subject, so this wait takes no time.
            Ok(_) => self.wait(bound),
            Err(_) => self.reap(false),
        }
    }

    fn reap(mut self, in_time: bool) -> io::Result<Ended> {
        let at = now();
        if !in_time {
            self.child.kill()?;
        }
        let status = self.child.wait()?;
        let printed = self.lines.iter().collect();
        Ok(Ended { at, status: in_time.then_some(status), printed })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that the subject has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The last line of output, if it is JSON: the report of lastorders.
    #[must_use]
    pub fn report(&self) -> Option<Value> {
        serde_json::from_str(self.printed.last()?).ok()
    }
}

/// The lines that a process prints, and their end. A thread reads them, so that a full pipe never
/// blocks the process.
fn lines_of(child: &mut Child) -> (Receiver<String>, oneshot::Receiver<()>) {
    let (send, lines) = channel();
    let (end, silent) = oneshot::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let _end = end;
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    (lines, silent)
}
