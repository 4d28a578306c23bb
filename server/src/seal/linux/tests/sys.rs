//! The socket options that the unsafe code sets and reads.

use std::net::{TcpListener, TcpStream, UdpSocket};

use crate::seal::linux::program;
use crate::seal::linux::sys::{
    accept_queue, attach_filter, attach_to_group, bound_device, detach_filter, network_namespace,
};

#[test]
fn accept_queue_counts_waiting_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    assert_eq!(accept_queue(&listener).expect("a listener"), 0);
    let _clients = [(); 3].map(|()| TcpStream::connect(address).expect("room"));
    assert_eq!(accept_queue(&listener).expect("a listener"), 3);
    listener.accept().expect("one waits");
    assert_eq!(accept_queue(&listener).expect("a listener"), 2);
}

#[test]
fn kernel_refusals_are_errors() {
    let alone = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let refused = attach_to_group(&alone, &program::new_to_second());
    assert_eq!(refused.expect_err("in no group").raw_os_error(), Some(libc::EINVAL));
    let datagrams = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    assert!(accept_queue(&datagrams).is_err(), "no accept queue");
}

#[test]
fn filter_is_attached_and_detached() {
    // A UDP socket, because a filter on a TCP socket demands privileges.
    let receiver = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    sender.connect(receiver.local_addr().expect("bound")).expect("bound");
    let send = |text: &[u8]| sender.send(text).expect("sent");
    attach_filter(&receiver, &program::nothing()).expect("a valid program");
    send(b"dropped");
    detach_filter(&receiver).expect("one is attached");
    send(b"kept");
    let mut bytes = [0; 16];
    let length = receiver.recv(&mut bytes).expect("one datagram");
    assert_eq!(&bytes[..length], b"kept");
}

#[test]
fn bound_device_and_network_namespace_are_read() {
    let (one, other) = (UdpSocket::bind("127.0.0.1:0"), UdpSocket::bind("127.0.0.1:0"));
    let (one, other) = (one.expect("a free port"), other.expect("a free port"));
    assert_eq!(bound_device(&one).expect("Linux 5.1"), 0);
    let names = [&one, &other].map(|it| network_namespace(it).expect("Linux 5.14"));
    assert_eq!(names[0], names[1]);
    assert_ne!(names[0], 0);
}
