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
use super::process::Example;
use crate::http::{closed, get, read_answer};
use crate::within::within;

const CLIENTS: usize = 8;
/// How often each client is served before the signal.
const ROUNDS: usize = 20;

fn socket_path() -> (TempDir, PathBuf) {
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

/// Runs an example that cannot start, and returns its stderr.
async fn fail(path: &Path) -> String {
    let output = within("the example to end", command(path).output()).await;
    let output = output.expect("the example starts");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn unix_socket_file_is_created_and_removed_with_the_service() {
    let (_directory, path) = socket_path();
    let example = start(&path).await;
    assert_eq!(Path::new(example.address()), path);
    let mut client = connect(&path).await;
    assert_eq!(get(&mut client, "/").await.body, "hello\n");
    example.terminate();
    assert!(closed(&mut client).await);
    drop(client);
    example.finish().await.assert_clean();
    assert!(!path.exists());
}

#[tokio::test]
async fn stale_unix_socket_file_is_replaced() {
    let (_directory, path) = socket_path();
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
async fn unix_path_in_use_is_left_untouched() {
    let (_directory, path) = socket_path();
    let example = start(&path).await;
    let complaint = fail(&path).await;
    assert!(complaint.contains("another process listens there"), "{complaint}");
    // The first example still serves.
    assert_eq!(get(&mut connect(&path).await, "/").await.status(), 200);
    example.terminate();
    example.finish().await.assert_clean();

    std::fs::write(&path, "precious").expect("a free name");
    let complaint = fail(&path).await;
    assert!(complaint.contains("the file is not a socket"), "{complaint}");
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "precious");
}

#[tokio::test]
async fn unix_clients_that_connect_under_load_are_answered() {
    let (_directory, path) = socket_path();
    let example = start(&path).await;
    let served = Arc::new(Semaphore::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(use_until_gone(path.clone(), Arc::clone(&served))))
        .collect();
    let enough = u32::try_from(CLIENTS * ROUNDS).expect("few");
    let enough = within("clients to be served", served.acquire_many(enough)).await;
    enough.expect("open").forget();
    example.terminate();
    for client in clients {
        within("a client to be refused", client).await.expect("no client is lost");
    }
    example.finish().await.assert_clean();
}

/// Connects, sends a request and reads the answer, until the connect fails.
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
        // Send at once, because the server soon closes a connection without a byte.
        client.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").expect("there is room");
        client.set_nonblocking(true).expect("a socket");
        let mut client = UnixStream::from_std(client).expect("a socket");
        assert_eq!(read_answer(&mut client).await.expect("a whole answer").status(), 200);
        served.add_permits(1);
    }
}
