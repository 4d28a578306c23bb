//! The full sink swallows new connections, and handshakes under way finish.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;

use futures_util::FutureExt;
use rustix::fd::OwnedFd;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{LISTENERS, begin_to_connect, frozen_context, listen, listeners};
use crate::listener::SealMethod;
use crate::seal::linux::full_sink::FullSink;
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::plugs::socket_for;
use crate::seal::linux::{sys, try_methods};

const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;

/// A connecting client, and a duplicate of its socket for inspection.
fn client(to: SocketAddr) -> (impl Future<Output = io::Result<TcpStream>>, OwnedFd) {
    let socket = socket_for(to).expect("this version of IP");
    let socket_copy = socket.as_fd().try_clone_to_owned().expect("a descriptor");
    (socket.connect(to), socket_copy)
}

#[tokio::test]
async fn full_sink_neither_resets_nor_accepts_new_connections() {
    let mut caught = Vec::new();
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let (context, mut admitted) = frozen_context();
        assert_eq!(
            sys::state(begin_to_connect(reached[0])),
            ESTABLISHED,
            "{of:?}: the listener was open"
        );

        let sink = FullSink::open(&mut listener, Some(&handshakes), &context).await;
        let sink = sink.expect("Linux, and no sandbox");
        for to in &reached {
            let (connecting, socket_copy) = client(*to);
            let mut connecting = Box::pin(connecting);
            assert!(connecting.as_mut().now_or_never().is_none(), "{of:?}");
            assert_eq!(sys::state(&socket_copy), SYN_SENT, "{of:?}");
            caught.push((connecting, socket_copy));
        }
        let close = sink.close(listener, Some(&handshakes), &context);
        assert_eq!(close.now_or_never(), Some(()), "{of:?}: nothing is left to wait for");
        assert_eq!(admitted.count(), 1, "{of:?}: only the client from before the sink");
    }
    // Each client retries after its SYN timeout, and is refused. A client in SYN_SENT has received
    // nothing, neither a SYN-ACK nor a reset.
    assert!(caught.iter().all(|(_, socket_copy)| sys::state(socket_copy) == SYN_SENT));
    for (connecting, _) in caught {
        let refused = connecting.await.expect_err("the listener is closed");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}

#[tokio::test]
async fn handshakes_begun_before_the_full_sink_finish() {
    for of in listeners() {
        let (listener, reached) = listen(of);
        sys::defer_accept(&listener, true);
        let mut clients = Vec::new();
        for to in &reached {
            clients.push(TcpStream::connect(to).await.expect("room"));
        }
        let (context, mut admitted) = frozen_context();
        let mut seal = Box::pin(try_methods(listener, &context));
        assert!(seal.as_mut().now_or_never().is_none(), "{of:?}: handshakes are under way");
        for client in &mut clients {
            client.write_all(b"x").await.expect("sent");
        }
        assert_eq!(seal.await.expect("Linux, and no sandbox"), SealMethod::FullSink, "{of:?}");
        assert_eq!(admitted.count(), clients.len(), "{of:?}");
    }
}

#[tokio::test]
async fn handshakes_that_finish_while_the_full_sink_is_open_are_admitted() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let (context, mut admitted) = frozen_context();
        // Without visible handshakes the sink opens at once. With them, it opens when they end.
        sys::defer_accept(&listener, true);
        let mut client = TcpStream::connect(reached[0]).await.expect("room");
        let unseen_grace = super::seal_context(std::time::Duration::ZERO, crate::TokioClock).0;
        let sink = FullSink::open(&mut listener, None, &unseen_grace).await;
        let sink = sink.expect("Linux, and no sandbox");
        let mut close = Box::pin(sink.close(listener, Some(&handshakes), &context));
        assert!(close.as_mut().now_or_never().is_none(), "{of:?}: a handshake is under way");
        client.write_all(b"x").await.expect("sent");
        close.await;
        assert_eq!(admitted.count(), 1, "{of:?}");
    }
}

#[tokio::test]
async fn dropping_the_full_sink_half_way_closes_both_sockets() {
    for of in listeners() {
        for opened in [false, true] {
            let (mut listener, reached) = listen(of);
            sys::defer_accept(&listener, true);
            let _client = TcpStream::connect(reached[0]).await.expect("room");
            let handshakes = Handshakes::of(&listener).expect("netlink");
            let (context, _admitted) = frozen_context();
            if opened {
                let no_grace = super::seal_context(std::time::Duration::ZERO, crate::TokioClock).0;
                let sink = FullSink::open(&mut listener, None, &no_grace).await;
                let sink = sink.expect("Linux, and no sandbox");
                let close = sink.close(listener, Some(&handshakes), &context);
                assert_eq!(close.now_or_never(), None, "{of:?}: a handshake is under way");
            } else {
                assert!(
                    try_methods(listener, &context).now_or_never().is_none(),
                    "{of:?}: a handshake is under way"
                );
            }
            for to in &reached {
                let refused = TcpStream::connect(to).await.expect_err("no socket listens");
                assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused, "{of:?}");
            }
        }
    }
}

/// Another process may hold the socket without our knowledge, or join the group later.
#[tokio::test]
async fn full_sink_detaches_its_program() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    let held = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let (context, _admitted) = frozen_context();
    let sink = FullSink::open(&mut listener, Some(&handshakes), &context).await;
    sink.expect("Linux, and no sandbox").close(listener, Some(&handshakes), &context).await;

    let joins = socket_for(reached[0]).expect("IPv4");
    joins.set_reuseport(true).expect("any socket");
    joins.set_reuseaddr(true).expect("any socket");
    joins.bind(reached[0]).expect("the same user's");
    let joined = joins.listen(1024).expect("bound");
    let clients: Vec<_> = (0..64).map(|_| begin_to_connect(reached[0])).collect();
    assert!(clients.iter().all(|it| sys::state(it) == ESTABLISHED));
    let waiting = |of: &dyn AsFd| sys::accept_queue(of.as_fd()).expect("a listener");
    let counts = [waiting(&held), waiting(&joined)];
    assert_eq!(counts[0] + counts[1], 64);
    assert!(counts.iter().all(|it| *it > 0), "one got all: {counts:?}");
}
