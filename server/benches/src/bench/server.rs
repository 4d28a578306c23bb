use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::bench::contender::Contender;
use crate::bench::error::{Context, Error};
use crate::clock::now;

/// How long a server may take to print something; under an emulator it is slow.
const START: Duration = Duration::from_secs(30);

/// How a subject is started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// Worker threads; without it, as many as there are processors.
    pub threads: Option<usize>,
    /// The processor that it keeps to.
    pub cpu: Option<usize>,
    /// The program that runs it, with its arguments: an emulator. Empty for none.
    pub wrapper: Vec<OsString>,
    /// Further arguments of the subject.
    pub extra: Vec<OsString>,
}

/// A subject that runs: this very program, started again. It is killed when this is dropped.
///
/// The kernel kills it too when the thread that started it ends, so start it from a thread that
/// lasts.
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
    /// When.
    pub at: Instant,
    /// What it printed last, line by line: what nobody has waited for before.
    pub printed: Vec<String>,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(crate) fn start(contender: Contender, launch: &Launch) -> Result<Self, Error> {
        let mut child = command(contender, launch)?.spawn().to("start a server")?;
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
        // From here on the drop of this value ends the process.
        let address = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut server = Self { child, pidfd, address, lines };
        server.address = server.announced()?;
        Ok(server)
    }

    /// Waits until it prints this line. What it prints before that is lost.
    pub(crate) fn expect(&self, line: &str) -> Result<(), Error> {
        while let Ok(printed) = self.lines.recv_timeout(START) {
            if printed == line {
                return Ok(());
            }
        }
        Err(Error::Wrong(format!("it did not print `{line}`")))
    }

    /// Reads where it listens; what an emulator says before that is passed over.
    fn announced(&self) -> Result<SocketAddr, Error> {
        while let Ok(line) = self.lines.recv_timeout(START) {
            let address = line.strip_prefix("listening on ").and_then(|it| it.parse().ok());
            if let Some(address) = address {
                return Ok(address);
            }
        }
        Err(Error::Wrong("it did not say where it listens".to_owned()))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM, and says when.
    pub(crate) fn terminate(&self) -> Result<Instant, Error> {
        let at = now();
        pidfd_send_signal(&self.pidfd, Signal::TERM).to("send SIGTERM")?;
        Ok(at)
    }

    /// Whether it ends within this time. With nothing to wait for it is a pause of that length.
    pub(crate) fn ends_within(&self, time: Duration) -> Result<bool, Error> {
        let time = Timespec::try_from(time).ok();
        let mut ended = [PollFd::new(&self.pidfd, PollFlags::IN)];
        let ready = rustix::io::retry_on_intr(|| poll(&mut ended, time.as_ref()));
        Ok(ready.to("wait for a process")? > 0)
    }

    /// Waits for its end, which must come within this time and with exit code 0.
    pub(crate) fn wait(mut self, within: Duration) -> Result<Exit, Error> {
        if !self.ends_within(within)? {
            return Err(Error::Wrong(format!("it did not end within {within:?} of SIGTERM")));
        }
        let at = now();
        let status = self.child.wait().to("learn a process's exit code")?;
        if !status.success() {
            return Err(Error::Wrong(format!("it ended with {status}")));
        }
        Ok(Exit { at, printed: self.lines.iter().collect() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails when it has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(contender: Contender, launch: &Launch) -> Result<Command, Error> {
    let this = std::env::current_exe().to("find this program's own file")?;
    let mut words = launch.wrapper.clone();
    words.extend([this.into(), "subject".into()]);
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command.args(["--kind", contender.kind.name(), "--policy", contender.policy.name()]);
    command.args(["--parent", &std::process::id().to_string()]);
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

/// What a process prints, read by a thread so that a full pipe never holds it up.
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
