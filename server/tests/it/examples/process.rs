use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::built;
use crate::within::within;

/// A running example that has printed its address. It is killed on drop.
#[derive(Debug)]
pub(crate) struct Example {
    name: String,
    child: Child,
    address: String,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    stderr: JoinHandle<String>,
}

/// The end of an example's process.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit code. A death by a signal is a panic of the test.
    pub(crate) code: i32,
    /// The rest of the output, without the lines that the test has read already.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Example {
    /// Starts an example on a free port of the loopback interface.
    pub(crate) async fn start(name: &str) -> Self {
        let mut command = Command::new(built::program(name));
        command.arg("127.0.0.1:0").stdin(Stdio::null());
        Self::spawn(name, command).await
    }

    /// Starts an example by the caller's own command, and waits until it listens.
    pub(crate) async fn spawn(name: &str, mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().expect("the example starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.expect("the example writes text");
            text
        });
        let stdout = Some(BufReader::new(stdout).lines());
        let (name, address) = (name.to_owned(), String::new());
        let mut example = Self { name, child, address, stdout, stderr };
        let line = example.line().await;
        let Some(address) = line.strip_prefix("listening on ") else {
            panic!("{} printed {line:?} first, and not its address", example.name);
        };
        example.address = address.to_owned();
        example
    }

    /// The address that the example has printed.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).await.expect("the example listens")
    }

    /// Closes the reading end, so that the example's next write fails.
    pub(crate) fn stop_reading(&mut self) {
        self.stdout = None;
    }

    /// The next line of output; `None` at the end.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        let wanted = format!("{} to write a line, or to end", self.name);
        let stdout = self.stdout.as_mut().expect("the test still reads stdout");
        let line = within(&wanted, stdout.next_line()).await;
        line.expect("the example writes text")
    }

    /// The next line of output.
    pub(crate) async fn line(&mut self) -> String {
        match self.next_line().await {
            Some(line) => line,
            None => {
                let stderr = (&mut self.stderr).await.expect("no panic");
                panic!("{} ended without another line; its stderr:\n{stderr}", self.name);
            }
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        let id = self.child.id().expect("the process has not been reaped");
        Pid::from_raw(id.cast_signed()).expect("no child has the id 0")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process has not been reaped");
    }

    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits until the example has ended, by itself or by a signal.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        let ends = format!("{} to end", self.name);
        within(&ends, self.child.wait()).await.expect("the example is our child")
    }

    /// Waits until the example has ended by itself.
    pub(crate) async fn finish(mut self) -> Finished {
        let ends = format!("{} to end", self.name);
        let mut stdout = String::new();
        let lines = async {
            let Some(lines) = &mut self.stdout else { return };
            while let Some(line) = lines.next_line().await.expect("text") {
                stdout.push_str(&line);
                stdout.push('\n');
            }
        };
        within(&ends, lines).await;
        let status = self.wait().await;
        let stderr = self.stderr.await.expect("no panic");
        let code = status.code();
        let code = code.unwrap_or_else(|| panic!("{}: {status}; {stderr}", self.name));
        Finished { code, stdout, stderr }
    }
}

impl Finished {
    /// Checks for exit code 0, a report that nothing was cut, and an empty stderr.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        assert!(self.stdout.contains("cut: nothing"), "{}", self.stdout);
    }
}
