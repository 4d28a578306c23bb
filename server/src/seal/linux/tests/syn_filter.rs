//! The SYN filter. On recent kernels, only a process with `CAP_NET_ADMIN` may attach the filter.

use std::io;
use std::os::fd::AsFd;

use futures_util::FutureExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{LISTENERS, begin_to_connect, frozen_context, listen, listeners};
use crate::listener::SealMethod;
use crate::seal::linux::plugs::socket_for;
use crate::seal::linux::{syn_filter, sys, try_methods};

const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;

#[tokio::test]
#[ignore = "needs the right to filter sockets; tests/integration runs it"]
async fn syn_filter_drops_new_connections_and_lets_handshakes_finish() {
    for of in listeners() {
        let (listener, reached) = listen(of);
        sys::defer_accept(&listener, true);
        let mut began = TcpStream::connect(reached[0]).await.expect("room");
        let (context, mut admitted) = frozen_context();
        let context = context.begin_at(SealMethod::SynFilter);
        let mut seal = Box::pin(try_methods(listener, &context));
        assert!(seal.as_mut().now_or_never().is_none(), "{of:?}: a handshake is under way");
        let caught: Vec<_> = reached.iter().map(|to| begin_to_connect(*to)).collect();
        began.write_all(b"x").await.expect("sent");
        assert_eq!(seal.await.expect("it may"), SealMethod::SynFilter, "{of:?}");
        assert_eq!(admitted.count(), 1, "{of:?}");
        assert!(caught.iter().all(|it| sys::state(it) == SYN_SENT), "{of:?}");
        let refused = TcpStream::connect(reached[0]).await.expect_err("no socket listens");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused, "{of:?}");
    }
}

/// Another process may hold the socket too, so the filter must not stay.
#[tokio::test]
#[ignore = "needs the right to filter sockets; tests/integration runs it"]
async fn syn_filter_is_detached_after_the_seal() {
    let (listener, reached) = listen(LISTENERS[0]);
    let _held = listener.as_fd().try_clone_to_owned().expect("a descriptor");
    let (context, _admitted) = frozen_context();
    syn_filter::attach(&listener).expect("it may");
    assert_eq!(sys::state(begin_to_connect(reached[0])), SYN_SENT);
    let _ = try_methods(listener, &context.begin_at(SealMethod::SynFilter)).await;
    assert_eq!(sys::state(begin_to_connect(reached[0])), ESTABLISHED);
}

/// An attempt on an unbound socket shows whether the kernel permits filters, and changes nothing
/// else.
#[tokio::test]
async fn syn_filter_without_privilege_returns_the_listener_unchanged() {
    let socket = socket_for(([127, 0, 0, 1], 0).into()).expect("IPv4");
    let may = syn_filter::attach(&socket).is_ok();
    for of in listeners() {
        let (listener, reached) = listen(of);
        let (context, _admitted) = frozen_context();
        let context = context.begin_at(SealMethod::SynFilter);
        match try_methods(listener, &context).now_or_never() {
            Some(Ok(method)) => assert!(may && method == SealMethod::SynFilter, "{of:?}: {method}"),
            Some(Err(given_back)) => {
                assert!(!may, "{of:?}: it may");
                assert_eq!(sys::state(begin_to_connect(reached[0])), ESTABLISHED);
                drop(given_back);
            }
            None => panic!("{of:?}: no handshake is under way"),
        }
    }
}
