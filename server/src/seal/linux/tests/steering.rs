//! The kernel interprets the BPF programs as intended.

use std::net::SocketAddr;

use futures_util::FutureExt;
use rustix::net::sockopt;
use tokio::net::TcpListener;

use super::{begin_to_connect, connect, frozen_context, listen, listeners};
use crate::seal::linux::full_sink::{FullSink, join_group, second_socket};
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::plugs::{Plugs, socket_for};
use crate::seal::linux::{program, sys};

/// With 64 clients, a random choice gives all of them to one socket with probability 2^-64.
const CLIENTS: usize = 64;

/// Two listeners of one group.
fn group(of: (&str, bool, &[&str])) -> (TcpListener, TcpListener, Vec<SocketAddr>) {
    let (first, reached) = listen(of);
    let second = second_socket(&first).expect("Linux, and no sandbox");
    sockopt::set_socket_reuseport(&first, true).expect("any socket");
    let second = join_group(&first, second).expect("the same address");
    (first, second, reached)
}

fn waiting(first: &TcpListener, second: &TcpListener) -> [usize; 2] {
    [first, second].map(|it| sys::accept_queue(it).expect("a listener") as usize)
}

#[tokio::test]
async fn kernel_sends_only_two_sources_to_the_second_socket() {
    for of in listeners() {
        let (first, second, reached) = group(of);
        let own = |to: &SocketAddr| {
            let socket = socket_for(*to).expect("this version of IP");
            let from = SocketAddr::new(to.ip(), 0);
            socket.bind(from).expect("a free port");
            socket
        };
        // The sources have one IP address, so a listener for both versions is tried with each
        // version.
        for to in &reached {
            let ours = [own(to), own(to)];
            let sources = [0, 1].map(|it: usize| ours[it].local_addr().expect("bound"));
            let program = program::from_to_second(sources);
            sys::attach_to_group(&first, &program).expect("a group");
            let before = waiting(&first, &second);
            let others = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
            let _others: Vec<_> = others.collect();
            ours.iter().for_each(|socket| connect(socket, *to));
            let after = waiting(&first, &second);
            assert_eq!([after[0] - before[0], after[1] - before[1]], [CLIENTS, 2], "{of:?}");
            for _ in 0..CLIENTS {
                first.accept().await.expect("it waits");
            }
        }
    }
}

#[tokio::test]
async fn kernel_sends_every_syn_to_the_second_socket() {
    for of in listeners() {
        let (first, second, reached) = group(of);
        sys::attach_to_group(&first, &program::new_to_second()).expect("a group");
        let clients = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
        let _clients: Vec<_> = clients.collect();
        assert_eq!(waiting(&first, &second), [0, CLIENTS], "{of:?}");
    }
}

/// Before a program is attached, the kernel chooses the socket. Connections of the second socket
/// are not lost.
#[tokio::test]
async fn connections_that_begin_before_the_program_are_admitted() {
    for of in listeners() {
        let (mut first, second, reached) = group(of);
        let clients = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
        let clients: Vec<_> = clients.collect();
        // Handshakes of the second socket that stay under way.
        sys::defer_accept(&second, true);
        let slow = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
        let slow: Vec<_> = slow.collect();
        let [at_first, at_second] = waiting(&first, &second);
        assert!(at_first > 0 && at_second > 0, "{of:?}: one got all of {CLIENTS}");
        assert!(at_first + at_second < 2 * CLIENTS, "{of:?}: none is slow");
        // Those handshakes stay under way; our own connections must not.
        sys::defer_accept(&second, false);

        let handshakes = Handshakes::of(&first).expect("netlink");
        let (context, mut admitted) = frozen_context();
        let plugs = Plugs::to(reached[0]).expect("free ports");
        let open = FullSink::from_group(&mut first, second, plugs, Some(&handshakes), &context);
        let mut open = Box::pin(open);
        assert!(open.as_mut().now_or_never().is_none(), "{of:?}: handshakes are under way");
        for client in &slow {
            rustix::net::send(client, b"x", rustix::net::SendFlags::empty()).expect("connected");
        }
        let sink = open.await.expect("Linux, and no sandbox");
        sink.close(first, Some(&handshakes), &context).await;
        assert_eq!(admitted.count(), clients.len() + slow.len(), "{of:?}");
    }
}
