//! Descriptors in the state after `exec`: open, and without `FD_CLOEXEC`.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, IntoRawFd, OwnedFd, RawFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};

use rustix::io::{FdFlags, dup, fcntl_getfd};

use crate::systemd::sockets::Passed;
use crate::systemd::{SocketFault, Sockets, SocketsError};

/// Duplicates a descriptor as if it had been passed: without `FD_CLOEXEC`, known by its number
/// only.
fn pass(descriptor: impl AsFd) -> RawFd {
    dup(descriptor).expect("there are descriptors left").into_raw_fd()
}

fn take(first: RawFd) -> Result<Sockets, SocketsError> {
    Passed { names: vec!["http".to_owned()] }.take(first)
}

fn fault(first: RawFd) -> SocketFault {
    match take(first).expect_err("not a passed listening socket") {
        SocketsError::Descriptor { fd, fault } => {
            assert_eq!(fd, first);
            fault
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn passed_tcp_socket_accepts() {
    accepts_on("127.0.0.1:0").await;
}

#[tokio::test]
#[ignore = "needs IPv6; tests/integration runs it"]
async fn passed_tcp_socket_accepts_over_ipv6() {
    accepts_on("[::1]:0").await;
}

async fn accepts_on(address: &str) {
    let ours = std::net::TcpListener::bind(address).expect("a free port");
    let mut sockets = take(pass(&ours)).expect("it listens");
    assert!(sockets.unix().is_none());
    assert!(sockets.tcp_named("admin").is_none());
    let taken = sockets.tcp_named("http").expect("that is its name").into_inner();
    assert!(sockets.is_empty());

    let address = ours.local_addr().expect("bound");
    // Only the copy that was taken accepts.
    drop(ours);
    let mut client = std::net::TcpStream::connect(address).expect("it listens");
    let (mut server, _) = taken.accept().await.expect("a client");
    client.write_all(b"x").expect("sent");
    assert_eq!(tokio::io::AsyncReadExt::read_u8(&mut server).await.expect("a byte"), b'x');
}

#[tokio::test]
async fn passed_unix_socket_accepts() {
    let name = format!("lastorders-{}-descriptors", std::process::id());
    let address = SocketAddr::from_abstract_name(name).expect("a short name");
    let ours = UnixListener::bind_addr(&address).expect("a name of our own");
    let mut sockets = take(pass(&ours)).expect("it listens");
    drop(ours);
    assert!(sockets.tcp().is_none());
    let taken = sockets.unix_named("http").expect("that is its name").into_inner();
    let mut client = UnixStream::connect_addr(&address).expect("it listens");
    let (mut server, _) = taken.accept().await.expect("a client");
    tokio::io::AsyncWriteExt::write_u8(&mut server, b'x').await.expect("sent");
    let mut byte = [0];
    client.read_exact(&mut byte).expect("a byte");
}

#[tokio::test]
async fn taken_socket_is_closed_on_exec_and_not_taken_twice() {
    let ours = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let first = pass(&ours);
    let taken = take(first).expect("it listens").tcp().expect("it is TCP").into_inner();
    assert!(fcntl_getfd(&taken).expect("open").contains(FdFlags::CLOEXEC));
    assert_eq!(fault(first), SocketFault::NotPassed);
    assert!(fcntl_getfd(&taken).is_ok(), "it is still open");
}

#[tokio::test]
async fn descriptor_that_this_program_opened_is_refused_and_stays_open() {
    let own = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let number = std::os::fd::AsRawFd::as_raw_fd(&own);
    assert_eq!(fault(number), SocketFault::NotPassed);
    assert!(fcntl_getfd(&own).is_ok(), "it is still open");
}

#[tokio::test]
async fn only_listening_stream_sockets_are_taken() {
    let file = File::open("/dev/null").expect("every system has it");
    let datagram = UnixDatagram::unbound().expect("a socket");
    let (stream, _other) = UnixStream::pair().expect("two sockets");
    let table: [OwnedFd; 3] = [file.into(), datagram.into(), stream.into()];
    for descriptor in table {
        let number = pass(&descriptor);
        assert_eq!(fault(number), SocketFault::NotListening);
    }
    // No process can have that many descriptors.
    assert_eq!(fault(RawFd::MAX - 1), SocketFault::Closed);
}
