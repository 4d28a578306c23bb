//! The second method: new connections are swallowed, those under way finish.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;

use futures_util::FutureExt;
use rustix::fd::OwnedFd;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{LISTENERS, begin_to_connect, listen, listeners, timeless_context};
use crate::seal::SealMethod;
use crate::seal::linux::full_sink::FullSink;
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::plugs::socket_for;
use crate::seal::linux::{descend, sys};

const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;

/// A client that connects, and a look at its socket.
fn client(to: SocketAddr) -> (impl Future<Output = io::Result<TcpStream>>, OwnedFd) {
    let socket = socket_for(to).expect("this version of IP");
    let look = socket.as_fd().try_clone_to_owned().expect("a descriptor");
    (socket.connect(to), look)
}

#[tokio::test]
async fn what_begins_while_it_stands_is_neither_reset_nor_accepted() {
    let mut caught = Vec::new();
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let (context, mut admitted) = timeless_context();
        assert_eq!(sys::state(begin_to_connect(reached[0])), ESTABLISHED, "{of:?}: it was open");

        let sink = FullSink::raise(&mut listener, Some(&handshakes), &context).await;
        let sink = sink.expect("Linux, and no sandbox");
        for to in &reached {
            let (connecting, look) = client(*to);
            let mut connecting = Box::pin(connecting);
            assert!(connecting.as_mut().now_or_never().is_none(), "{of:?}");
            assert_eq!(sys::state(&look), SYN_SENT, "{of:?}");
            caught.push((connecting, look));
        }
        let close = sink.close(listener, Some(&handshakes), &context);
        assert_eq!(close.now_or_never(), Some(()), "{of:?}: nothing is left to wait for");
        assert_eq!(admitted.count(), 1, "{of:?}: only the one from before");
    }
    // Each tries again after its SYN timeout, and is refused. That they are still trying proves
    // that nothing was sent to them.
    assert!(caught.iter().all(|(_, look)| sys::state(look) == SYN_SENT));
    for (connecting, _) in caught {
        let refused = connecting.await.expect_err("the seal_context is shut");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}

#[tokio::test]
async fn what_began_before_it_finishes() {
    for of in listeners() {
        let (listener, reached) = listen(of);
        sys::defer_accept(&listener, true);
        let mut clients = Vec::new();
        for to in &reached {
            clients.push(TcpStream::connect(to).await.expect("room"));
        }
        let (context, mut admitted) = timeless_context();
        let mut seal = Box::pin(descend(listener, &context));
        assert!(seal.as_mut().now_or_never().is_none(), "{of:?}: handshakes are under way");
        for client in &mut clients {
            client.write_all(b"x").await.expect("sent");
        }
        assert_eq!(seal.await.expect("Linux, and no sandbox"), SealMethod::FullSink, "{of:?}");
        assert_eq!(admitted.count(), clients.len(), "{of:?}");
    }
}

#[tokio::test]
async fn what_finishes_only_once_it_stands_is_admitted() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let handshakes = Handshakes::of(&listener).expect("netlink");
        let (context, mut admitted) = timeless_context();
        // Without handshakes to wait for it is raised at once; with them, only when they end.
        sys::defer_accept(&listener, true);
        let mut client = TcpStream::connect(reached[0]).await.expect("room");
        let unseen_grace = super::seal_context(std::time::Duration::ZERO, crate::TokioClock).0;
        let sink = FullSink::raise(&mut listener, None, &unseen_grace).await;
        let sink = sink.expect("Linux, and no sandbox");
        let mut close = Box::pin(sink.close(listener, Some(&handshakes), &context));
        assert!(close.as_mut().now_or_never().is_none(), "{of:?}: a handshake is under way");
        client.write_all(b"x").await.expect("sent");
        close.await;
        assert_eq!(admitted.count(), 1, "{of:?}");
    }
}

#[tokio::test]
async fn dropped_half_way_it_closes_everything() {
    for of in listeners() {
        for raised in [false, true] {
            let (mut listener, reached) = listen(of);
            sys::defer_accept(&listener, true);
            let _client = TcpStream::connect(reached[0]).await.expect("room");
            let handshakes = Handshakes::of(&listener).expect("netlink");
            let (context, _admitted) = timeless_context();
            if raised {
                let no_grace = super::seal_context(std::time::Duration::ZERO, crate::TokioClock).0;
                let sink = FullSink::raise(&mut listener, None, &no_grace).await;
                let sink = sink.expect("Linux, and no sandbox");
                let close = sink.close(listener, Some(&handshakes), &context);
                assert_eq!(close.now_or_never(), None, "{of:?}: a handshake is under way");
            } else {
                assert!(descend(listener, &context).now_or_never().is_none(), "{of:?}: the same");
            }
            for to in &reached {
                let refused = TcpStream::connect(to).await.expect_err("nobody listens");
                assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused, "{of:?}");
            }
        }
    }
}

/// Somebody else may hold the socket without our knowledge, or join the group meanwhile.
#[tokio::test]
async fn it_leaves_no_program_behind() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    let held = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    let handshakes = Handshakes::of(&listener).expect("netlink");
    let (context, _admitted) = timeless_context();
    let sink = FullSink::raise(&mut listener, Some(&handshakes), &context).await;
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
