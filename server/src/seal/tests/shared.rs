//! A socket that is handed to a successor.

use std::net::SocketAddr;
use std::os::fd::AsFd;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::load::{Load, Server, listeners};
use crate::SealMethod;
use crate::listener::Shared;

/// Another process's descriptor of the same socket.
fn copy(listener: &TcpListener) -> TcpListener {
    let copy = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    TcpListener::from_std(copy.into()).expect("a runtime")
}

fn clients(reached: &[SocketAddr]) -> Load {
    Load::on(reached.iter().copied().cycle().take(8))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_lost_or_refused_while_a_successor_takes_over() {
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
        // Refused clients would have gone, and answers with them.
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
async fn what_waits_in_the_queue_is_the_other_process_s() {
    for (listener, reached) in listeners().await {
        let other = copy(&listener);
        let handed = Server::start(Shared::new(listener));
        // It has not run yet, and the signal is there before it accepts anything.
        let mut client = std::net::TcpStream::connect(reached[0]).expect("room");
        let report = handed.terminate().await;
        assert_eq!(report.seal_method, Some(SealMethod::SharedSocket));
        let (mut stream, _) = other.accept().await.expect("it waits");
        stream.write_all(b"by the other").await.expect("sent");
        drop(stream);
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut client, &mut answer).expect("no reset");
        assert_eq!(answer, "by the other");
    }
}

#[tokio::test]
async fn until_it_is_handed_over_it_is_closed_like_any_other() {
    for (listener, reached) in listeners().await {
        let (listener, handover) = Shared::later(listener).expect("a copy");
        let report = Server::start(listener).terminate().await;
        assert_ne!(report.seal_method, Some(SealMethod::SharedSocket));
        assert!(!handover.is_complete());
        assert!(std::net::TcpStream::connect(reached[0]).is_err(), "nobody listens");
    }
}

#[tokio::test]
async fn a_unix_socket_is_handed_over_too() {
    let directory = std::env::temp_dir().join(format!("lastorders-shared-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let path = directory.join("socket");
    let listener = UnixListener::bind(&path).expect("a free name");
    let copy = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    let successor = UnixListener::from_std(copy.into()).expect("a runtime");

    let mut early = UnixStream::connect(&path).await.expect("room");
    let report = Server::start(Shared::new(listener)).terminate().await;
    assert_eq!(report.seal_method, Some(SealMethod::SharedSocket));
    let mut late = UnixStream::connect(&path).await.expect("it is open still");
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
