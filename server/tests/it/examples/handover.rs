use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{
    Pid, Signal, WaitOptions, kill_process, kill_process_group, set_child_subreaper, waitpid,
};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::built;
use super::process::Example;
use crate::http::{get, read_answer, send_get};
use crate::within::within;

const CLIENTS: usize = 4;
/// How many answers each process must give before it hands over.
const ANSWERS: usize = 100;

#[tokio::test]
async fn two_handovers_under_load_lose_no_request() {
    // Orphaned processes become children of this process, so that the test sees their exit codes.
    set_child_subreaper(Some(rustix::process::getpid())).expect("Linux has it");
    let mut command = Command::new(built::program("handover"));
    command.arg("127.0.0.1:0").stdin(Stdio::null()).process_group(0);
    let mut example = Example::spawn("handover", command).await;
    let _family = Family(example.pid());
    let mut load = Load::start(example.address().parse().expect("an address"));

    let first = example.pid();
    load.answered_by(first).await;
    let mut output = Vec::new();
    let second = hand_over(&mut example, first, &mut output).await;
    load.answered_by(second).await;
    assert_eq!(example.wait().await.code(), Some(0));
    let third = hand_over(&mut example, second, &mut output).await;
    load.answered_by(third).await;
    assert_eq!(exit_code(second).await, Some(0));
    load.stop().await;

    kill_process(third, Signal::TERM).expect("the process runs");
    assert_eq!(exit_code(third).await, Some(0));
    while let Some(line) = example.next_line().await {
        output.push(line);
    }
    let count = |text: &str| output.iter().filter(|line| line.contains(text)).count();
    assert_eq!(count("cut: nothing"), 3, "{output:#?}");
    // The last process had no successor.
    assert_eq!(count("closed by: shared socket"), 2, "{output:#?}");
}

#[tokio::test]
async fn failed_handover_keeps_the_process_serving_and_its_socket_unshared() {
    let directory = tempfile::tempdir().expect("a directory of our own");
    let program = directory.path().join("handover");
    std::os::unix::fs::symlink(built::program("handover"), &program).expect("a free name");
    let mut command = Command::new("sh");
    // Both outputs share one pipe, so that the test sees their order.
    command.args(["-c", r#"exec "$0" "$@" 2>&1"#]).arg(&program).arg("127.0.0.1:0");
    command.stdin(Stdio::null());
    let mut example = Example::spawn("handover", command).await;
    std::fs::remove_file(&program).expect("the link exists");
    example.signal(Signal::USR2);
    let complaint = "cannot hand over: the successor ended before it was ready: \
        exit status: 127; this process continues to serve";
    while example.line().await != complaint {}

    // Half a request holds the shutdown until the rest arrives.
    let mut client = example.connect().await;
    assert_eq!(get(&mut client, "/").await.body, example.pid().to_string());
    client.write_all(b"GET / HTTP/1.1\r\n").await.expect("the server reads");
    example.terminate();
    // If a copy of the socket stayed open, clients could connect forever.
    within("the listener to close", async {
        while TcpStream::connect(example.address()).await.is_ok() {}
    })
    .await;
    client.write_all(b"host: test\r\n\r\n").await.expect("the server reads");
    assert_eq!(read_answer(&mut client).await.expect("a whole answer").status(), 200);
    drop(client);
    example.finish().await.assert_clean();
}

/// Makes a process hand over, waits until it has, and returns the successor's id. Other output goes
/// to `output`.
async fn hand_over(example: &mut Example, process: Pid, output: &mut Vec<String>) -> Pid {
    kill_process(process, Signal::USR2).expect("the process runs");
    loop {
        let line = example.line().await;
        if let Some(successor) = line.strip_prefix("handed over to ") {
            return pid(successor);
        }
        output.push(line);
    }
}

fn pid(text: &str) -> Pid {
    let raw = text.parse().expect("the id of a process");
    Pid::from_raw(raw).expect("no process has the id 0")
}

/// Waits for an orphaned process, and returns its exit code.
async fn exit_code(process: Pid) -> Option<i32> {
    let waiting = tokio::task::spawn_blocking(move || waitpid(Some(process), WaitOptions::empty()));
    let ended = within("a process to end", waiting).await.expect("no panic");
    let (_, status) = ended.expect("the process is our child now").expect("the process has ended");
    status.exit_status()
}

/// A process and its descendants, killed on drop.
struct Family(Pid);

impl Drop for Family {
    fn drop(&mut self) {
        // An error means that all of them have ended.
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// Clients that open a new connection for every request.
struct Load {
    answers: UnboundedReceiver<Pid>,
    stopped: Arc<AtomicBool>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(address: SocketAddr) -> Self {
        let (answered, answers) = unbounded_channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let clients = (0..CLIENTS)
            .map(|_| tokio::spawn(ask(address, answered.clone(), Arc::clone(&stopped))))
            .collect();
        Self { answers, stopped, clients }
    }

    async fn answered_by(&mut self, process: Pid) {
        let mut answers = 0;
        while answers < ANSWERS {
            let answer = within("an answer", self.answers.recv()).await;
            answers += usize::from(answer.expect("the clients still run") == process);
        }
    }

    /// Stops the clients, and checks that every request was answered.
    async fn stop(self) {
        self.stopped.store(true, Ordering::Relaxed);
        for client in self.clients {
            within("a client to end", client).await.expect("no request is lost");
        }
    }
}

async fn ask(address: SocketAddr, answered: UnboundedSender<Pid>, stopped: Arc<AtomicBool>) {
    while !stopped.load(Ordering::Relaxed) {
        let mut client = TcpStream::connect(address).await.expect("no client is refused");
        send_get(&mut client, "/").await.expect("the server reads");
        let answer = read_answer(&mut client).await.expect("a whole answer");
        assert_eq!(answer.status(), 200);
        answered.send(pid(&answer.body)).expect("the test waits for the answer");
    }
}
