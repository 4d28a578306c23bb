//! A socket that is handed over to a successor.

use std::net::SocketAddr;
use std::os::fd::AsFd;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::load::{Load, Server, listeners};
use crate::SealMethod;
use crate::listener::Shared;

/// Stands for another process's descriptor of the same socket.
fn copy(listener: &TcpListener) -> TcpListener {
    let copy = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    TcpListener::from_std(copy.into()).expect("a runtime")
}

fn clients(reached: &[SocketAddr]) -> Load {
    Load::on(reached.iter().copied().cycle().take(8))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handover_to_a_successor_loses_and_refuses_no_client() {
    for (listener, reached) in listeners().await {
        let successor = copy(&listener);
        let (listener, handover) = Shared::later(listener).expect("a copy");
        let predecessor = Server::start(listener);
        let mut load = clients(&reached);
        load.answered(100).await;

        let successor = Server::start(successor);
        assert!(!handover.is_complete());
        handover.complete();
        let report = predecessor.terminate().await;
        assert_eq!((report.seal_method, report.clean), (Some(SealMethod::SharedSocket), true));
        // Refused clients would have stopped, and no more answers would arrive.
        load.answered(1000).await;
        assert_eq!(load.clients(), 8);
        let report = successor.terminate().await;
        assert_ne!(report.seal_method, Some(SealMethod::SharedSocket));
        let lost = load.lost().await;
        assert!(
            lost.is_empty() || report.seal_method == Some(SealMethod::AcceptUntilEmpty),
            "{lost:?}"
        );
    }
}

#[tokio::test]
async fn queued_connections_of_a_shared_socket_wait_for_the_other_process() {
    for (listener, reached) in listeners().await {
        let other = copy(&listener);
        let handed = Server::start(Shared::new(listener));
        // The server task has not run yet, and gets the signal before it accepts anything.
        let mut client = std::net::TcpStream::connect(reached[0]).expect("room");
        let report = handed.terminate().await;
        assert_eq!(report.seal_method, Some(SealMethod::SharedSocket));
        let (mut stream, _) = other.accept().await.expect("the connection waits");
        stream.write_all(b"by the other").await.expect("sent");
        drop(stream);
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut client, &mut answer).expect("no reset");
        assert_eq!(answer, "by the other");
    }
}

#[tokio::test]
async fn shared_listener_is_closed_normally_until_the_handover_completes() {
    for (listener, reached) in listeners().await {
        let (listener, handover) = Shared::later(listener).expect("a copy");
        let report = Server::start(listener).terminate().await;
        assert_ne!(report.seal_method, Some(SealMethod::SharedSocket));
        assert!(!handover.is_complete());
        assert!(std::net::TcpStream::connect(reached[0]).is_err(), "no socket listens");
    }
}

#[tokio::test]
async fn unix_socket_is_handed_over_without_loss() {
    let directory = std::env::temp_dir().join(format!("lastorders-shared-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let path = directory.join("socket");
    let listener = UnixListener::bind(&path).expect("a free name");
    let copy = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    let successor = UnixListener::from_std(copy.into()).expect("a runtime");

    let mut early = UnixStream::connect(&path).await.expect("room");
    let report = Server::start(Shared::new(listener)).terminate().await;
    assert_eq!(report.seal_method, Some(SealMethod::SharedSocket));
    let mut late = UnixStream::connect(&path).await.expect("the socket is still open");
    let successor = Server::start(successor);
    for client in [&mut early, &mut late] {
        let request = b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
        client.write_all(request).await.expect("sent");
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("no reset");
        assert!(answer.ends_with("served"), "{answer}");
    }
    assert!(successor.terminate().await.clean);
    std::fs::remove_dir_all(&directory).expect("ours");
}
