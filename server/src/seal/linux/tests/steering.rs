//! The kernel carries the programs out as they are meant.

use std::net::SocketAddr;

use futures_util::FutureExt;
use rustix::net::sockopt;
use tokio::net::TcpListener;

use super::{begin_to_connect, connect, listen, listeners, timeless_context};
use crate::seal::linux::full_sink::{FullSink, join, second_socket};
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::plugs::{Plugs, socket_for};
use crate::seal::linux::{program, sys};

/// Enough that a choice by chance would not give all to one: 2 to the power of -64.
const CLIENTS: usize = 64;

/// Two listeners of one group.
fn group(of: (&str, bool, &[&str])) -> (TcpListener, TcpListener, Vec<SocketAddr>) {
    let (first, reached) = listen(of);
    let second = second_socket(&first).expect("Linux, and no sandbox");
    sockopt::set_socket_reuseport(&first, true).expect("any socket");
    let second = join(&first, second).expect("the same address");
    (first, second, reached)
}

fn waiting(first: &TcpListener, second: &TcpListener) -> [usize; 2] {
    [first, second].map(|it| sys::accept_queue(it).expect("a listener") as usize)
}

#[tokio::test]
async fn two_sources_go_to_the_second_socket_and_all_others_to_the_first() {
    for of in listeners() {
        let (first, second, reached) = group(of);
        let own = |to: &SocketAddr| {
            let socket = socket_for(*to).expect("this version of IP");
            let from = SocketAddr::new(to.ip(), 0);
            socket.bind(from).expect("a free port");
            socket
        };
        // The sources have one IP address; a listener for both versions is tried with both.
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
async fn what_begins_goes_to_the_second_socket_and_what_began_stays() {
    for of in listeners() {
        let (first, second, reached) = group(of);
        sys::attach_to_group(&first, &program::new_to_second()).expect("a group");
        let clients = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
        let _clients: Vec<_> = clients.collect();
        assert_eq!(waiting(&first, &second), [0, CLIENTS], "{of:?}");
    }
}

/// Before there is a program the kernel chooses. What it gives to the second socket is not lost.
#[tokio::test]
async fn what_begins_before_there_is_a_program_is_admitted() {
    for of in listeners() {
        let (mut first, second, reached) = group(of);
        let clients = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
        let clients: Vec<_> = clients.collect();
        // Handshakes of the second socket that take long.
        sys::defer_accept(&second, true);
        let slow = (0..CLIENTS).map(|i| begin_to_connect(reached[i % reached.len()]));
        let slow: Vec<_> = slow.collect();
        let [at_first, at_second] = waiting(&first, &second);
        assert!(at_first > 0 && at_second > 0, "{of:?}: one got all of {CLIENTS}");
        assert!(at_first + at_second < 2 * CLIENTS, "{of:?}: none is slow");
        // Those that have begun are slow still; our own connections will not be.
        sys::defer_accept(&second, false);

        let handshakes = Handshakes::of(&first).expect("netlink");
        let (context, mut admitted) = timeless_context();
        let plugs = Plugs::to(reached[0]).expect("free ports");
        let raise = FullSink::of_two(&mut first, second, plugs, Some(&handshakes), &context);
        let mut raise = Box::pin(raise);
        assert!(raise.as_mut().now_or_never().is_none(), "{of:?}: handshakes are under way");
        for client in &slow {
            rustix::net::send(client, b"x", rustix::net::SendFlags::empty()).expect("connected");
        }
        let sink = raise.await.expect("Linux, and no sandbox");
        sink.close(first, Some(&handshakes), &context).await;
        assert_eq!(admitted.count(), clients.len() + slow.len(), "{of:?}");
    }
}
