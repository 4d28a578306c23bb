use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::built;
use crate::within::within;

/// An example that runs, and has said where it listens. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Example {
    name: String,
    child: Child,
    place: String,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    stderr: JoinHandle<String>,
}

/// How an example has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit code; no signal has killed it.
    pub(crate) code: i32,
    /// What it wrote, without the lines that the test had read by then.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Example {
    /// Starts it on a free port of the loopback interface.
    pub(crate) async fn start(name: &str) -> Self {
        let mut command = Command::new(built::program(name));
        command.arg("127.0.0.1:0").stdin(Stdio::null());
        Self::spawn(name, command).await
    }

    /// Starts it by a command of the caller's making, and waits until it listens.
    pub(crate) async fn spawn(name: &str, mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().expect("the example starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut stderr = child.stderr.take().expect("it is piped");
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.expect("the example writes text");
            text
        });
        let stdout = Some(BufReader::new(stdout).lines());
        let (name, place) = (name.to_owned(), String::new());
        let mut example = Self { name, child, place, stdout, stderr };
        let line = example.line().await;
        let Some(place) = line.strip_prefix("listening on ") else {
            panic!("{} begins with {line:?} and not with where it listens", example.name);
        };
        example.place = place.to_owned();
        example
    }

    /// Where it listens, as it has said.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.place()).await.expect("the example listens")
    }

    /// Nobody reads any more what it writes: its next line is an error to it.
    pub(crate) fn stop_reading(&mut self) {
        self.stdout = None;
    }

    /// The next line that it writes; `None` at the end.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        let writes = format!("{} is to write a line, or to end", self.name);
        let stdout = self.stdout.as_mut().expect("it is still read");
        let line = within(&writes, stdout.next_line()).await;
        line.expect("the example writes text")
    }

    /// The next line that it writes.
    pub(crate) async fn line(&mut self) -> String {
        match self.next_line().await {
            Some(line) => line,
            None => {
                let stderr = (&mut self.stderr).await.expect("no panic");
                panic!("{} has ended without another line; it complained:\n{stderr}", self.name);
            }
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        let id = self.child.id().expect("it has not been waited for");
        Pid::from_raw(id.cast_signed()).expect("no child has the id 0")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it has not been waited for");
    }

    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits until it has ended, in whatever way.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        let ends = format!("{} is to end", self.name);
        within(&ends, self.child.wait()).await.expect("it is our child")
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn finish(mut self) -> Finished {
        let ends = format!("{} is to end", self.name);
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
    /// Ended with code 0, a report that nothing was cut, and not a word of complaint.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        assert!(self.stdout.contains("cut: nothing"), "{}", self.stdout);
    }
}
