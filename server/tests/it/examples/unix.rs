use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::built;
use super::http::{closed, get, read_answer};
use super::process::{Example, within};

const CLIENTS: usize = 8;
/// How often each client is served before the signal.
const ROUNDS: usize = 20;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory of our own");
    let path = directory.path().join("hello.sock");
    (directory, path)
}

fn command(path: &Path) -> Command {
    let mut command = Command::new(built::program("unix"));
    command.arg(path).stdin(Stdio::null());
    command
}

async fn start(path: &Path) -> Example {
    Example::spawn("unix", command(path)).await
}

async fn connect(path: &Path) -> UnixStream {
    UnixStream::connect(path).await.expect("the example listens")
}

/// Starts where another cannot, and gives its complaint.
async fn fail(path: &Path) -> String {
    let output = within("the example is to end", command(path).output()).await;
    let output = output.expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn its_file_comes_and_goes_with_it() {
    let (_directory, path) = place();
    let example = start(&path).await;
    assert_eq!(Path::new(example.place()), path);
    let mut client = connect(&path).await;
    assert_eq!(get(&mut client, "/").await.body, "hello\n");
    example.terminate();
    assert!(closed(&mut client).await);
    drop(client);
    example.finish().await.assert_clean();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_was_left_behind_is_no_hindrance() {
    let (_directory, path) = place();
    let mut killed = start(&path).await;
    killed.signal(Signal::KILL);
    killed.wait().await;
    assert!(path.exists());
    let example = start(&path).await;
    assert_eq!(get(&mut connect(&path).await, "/").await.status(), 200);
    example.terminate();
    example.finish().await.assert_clean();
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_in_use_is_left_alone() {
    let (_directory, path) = place();
    let example = start(&path).await;
    let complaint = fail(&path).await;
    assert!(complaint.contains("another process does"), "{complaint}");
    // And the first is still there.
    assert_eq!(get(&mut connect(&path).await, "/").await.status(), 200);
    example.terminate();
    example.finish().await.assert_clean();

    std::fs::write(&path, "precious").expect("a free name");
    let complaint = fail(&path).await;
    assert!(complaint.contains("it is no socket"), "{complaint}");
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "precious");
}

#[tokio::test]
async fn under_load_whoever_gets_in_is_answered() {
    let (_directory, path) = place();
    let example = start(&path).await;
    let served = Arc::new(Semaphore::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(use_until_gone(path.clone(), Arc::clone(&served))))
        .collect();
    let enough = u32::try_from(CLIENTS * ROUNDS).expect("few");
    let enough = within("clients are to be served", served.acquire_many(enough)).await;
    enough.expect("open").forget();
    example.terminate();
    for client in clients {
        within("a client is to find nobody", client).await.expect("nobody is lost");
    }
    example.finish().await.assert_clean();
}

/// Connects, asks and reads, until there is nobody to connect to.
async fn use_until_gone(path: PathBuf, served: Arc<Semaphore>) {
    loop {
        let mut client = match std::os::unix::net::UnixStream::connect(&path) {
            Ok(client) => client,
            Err(error) => {
                let gone = [ErrorKind::NotFound, ErrorKind::ConnectionRefused];
                assert!(gone.contains(&error.kind()), "{error}");
                return;
            }
        };
        // At once: the server has little patience with whoever connects and says nothing.
        client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").expect("there is room");
        client.set_nonblocking(true).expect("a socket");
        let mut client = UnixStream::from_std(client).expect("a socket");
        assert_eq!(read_answer(&mut client).await.expect("a whole answer").status(), 200);
        served.add_permits(1);
    }
}
