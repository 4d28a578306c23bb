use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::bench::error::{Context, Error};
use crate::bench::policy_variant::PolicyVariant;
use crate::clock::now;
use crate::subject;

/// How long a server may take to print a line. Under an emulator it is slow.
const START: Duration = Duration::from_secs(30);

/// How a subject is started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// Worker threads; `None`: one per processor.
    pub threads: Option<usize>,
    /// The processor to which the server is pinned.
    pub cpu: Option<usize>,
    /// The program that runs the server, such as an emulator, with its arguments. Empty for none.
    pub wrapper: Vec<OsString>,
    /// Further arguments of the subject.
    pub extra: Vec<OsString>,
}

/// A running subject: this very program, started again. It is killed on drop.
///
/// The kernel also kills the subject when the thread that started it ends. So start it from a
/// thread that outlives it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pidfd: OwnedFd,
    address: SocketAddr,
    lines: Receiver<String>,
}

/// How a server ended.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    /// When the server ended.
    pub at: Instant,
    /// The last output, line by line: everything that no call has read before.
    pub printed: Vec<String>,
}

impl Server {
    /// Starts a server, and waits until it listens.
    pub(crate) fn start(variant: PolicyVariant, launch: &Launch) -> Result<Self, Error> {
        let mut child = command(variant, launch)?.spawn().to("start a server")?;
        let pid = Pid::from_child(&child);
        let pidfd = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => pidfd,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error).to("watch a process by its descriptor");
            }
        };
        let lines = lines_of(&mut child);
        // From here on, dropping this value kills the process.
        let address = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut server = Self { child, pidfd, address, lines };
        server.address = server.announced()?;
        Ok(server)
    }

    /// Waits until the server prints this line. Lines before it are discarded.
    pub(crate) fn expect(&self, line: &str) -> Result<(), Error> {
        while let Ok(printed) = self.lines.recv_timeout(START) {
            if printed == line {
                return Ok(());
            }
        }
        Err(Error::Wrong(format!("the server did not print `{line}`")))
    }

    /// Reads the server's address. An emulator's output before it is skipped.
    fn announced(&self) -> Result<SocketAddr, Error> {
        while let Ok(line) = self.lines.recv_timeout(START) {
            let address = line.strip_prefix("listening on ").and_then(|it| it.parse().ok());
            if let Some(address) = address {
                return Ok(address);
            }
        }
        Err(Error::Wrong("the server did not print its address".to_owned()))
    }

    /// The address that the server listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM. Returns the time at which it was sent.
    pub(crate) fn terminate(&self) -> Result<Instant, Error> {
        let at = now();
        pidfd_send_signal(&self.pidfd, Signal::TERM).to("send SIGTERM")?;
        Ok(at)
    }

    /// Whether the server ends within this time. Otherwise this call pauses for that time.
    pub(crate) fn ends_within(&self, time: Duration) -> Result<bool, Error> {
        let time = Timespec::try_from(time).ok();
        let mut ended = [PollFd::new(&self.pidfd, PollFlags::IN)];
        let ready = rustix::io::retry_on_intr(|| poll(&mut ended, time.as_ref()));
        Ok(ready.to("wait for a process")? > 0)
    }

    /// Waits until the server ends, which it must do within this time and with exit code 0.
    pub(crate) fn wait(mut self, within: Duration) -> Result<Exit, Error> {
        if !self.ends_within(within)? {
            return Err(Error::Wrong(format!(
                "the server did not end within {within:?} of SIGTERM"
            )));
        }
        let at = now();
        let status = self.child.wait().to("learn a process's exit code")?;
        if !status.success() {
            return Err(Error::Wrong(format!("the server ended with {status}")));
        }
        Ok(Exit { at, printed: self.lines.iter().collect() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that the server has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(variant: PolicyVariant, launch: &Launch) -> Result<Command, Error> {
    let subject = subject::command(variant.kind, variant.policy);
    let mut words = launch.wrapper.clone();
    words.extend(subject.to("find this program's own file")?);
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    let mut option = |name: &str, value: Option<usize>| {
        if let Some(value) = value {
            command.args([name, &value.to_string()]);
        }
    };
    option("--threads", launch.threads);
    option("--cpu", launch.cpu);
    command.args(&launch.extra);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    Ok(command)
}

/// The lines that a process prints. A thread reads them, so that a full pipe never blocks the
/// process.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}
