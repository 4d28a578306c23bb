//! What stands in the way of the full sink, and that the listener is whole again afterwards.

use std::net::SocketAddr;

use rustix::net::sockopt;
use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;
use tokio::net::{TcpListener, TcpSocket};

use super::{
    Admitted, LISTENERS, begin_to_connect, listen, listeners, seal_context, timeless_context,
};
use crate::TokioClock;
use crate::seal::linux::full_sink::FullSink;
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::plugs::Plugs;
use crate::seal::linux::skipped::Skipped;
use crate::seal::linux::sys;
use crate::seal::{SealContext, SealMethod};

/// Enough that, if a second socket got its share, it would have got one of them.
const CLIENTS: u32 = 64;

/// Every new connection comes to the listener, and to nobody else.
fn is_whole(listener: &TcpListener, reached: &[SocketAddr]) {
    let before = sys::accept_queue(listener).expect("a listener");
    for at in reached.iter().cycle().take(CLIENTS as usize) {
        begin_to_connect(*at);
    }
    assert_eq!(sys::accept_queue(listener).expect("a listener") - before, CLIENTS);
    assert!(!sockopt::socket_reuseport(listener).expect("a socket"));
}

/// Raises with plugs that go somewhere else.
async fn raise_with_plugs_to(
    elsewhere: SocketAddr,
    listener: &mut TcpListener,
    context: &SealContext<TcpListener>,
) -> Skipped {
    let handshakes = Handshakes::of(listener).expect("netlink");
    let plugs = Plugs::to(elsewhere).expect("free ports");
    let raised = FullSink::raise_with(listener, plugs, Some(&handshakes), context).await;
    raised.expect_err("the plugs go elsewhere")
}

#[tokio::test]
async fn plugs_that_cannot_connect() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let (closed, _) = listen(LISTENERS[0]);
        let nobody = closed.local_addr().expect("bound");
        drop(closed);
        let (context, _admitted) = timeless_context();
        let skipped = raise_with_plugs_to(nobody, &mut listener, &context).await;
        assert!(matches!(skipped, Skipped::Refused { step: "connect to ourselves", .. }));
        is_whole(&listener, &reached);
    }
}

#[tokio::test]
async fn plugs_that_do_not_arrive_are_not_waited_for_for_ever() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let (other, _) = listen(LISTENERS[0]);
        let elsewhere = other.local_addr().expect("bound");
        let (context, mut admitted): (_, Admitted) =
            seal_context(std::time::Duration::ZERO, TokioClock);
        let _waits = begin_to_connect(reached[0]);
        let skipped = raise_with_plugs_to(elsewhere, &mut listener, &context).await;
        assert!(matches!(skipped, Skipped::NotFull), "{skipped}");
        assert_eq!(admitted.count(), 1, "what comes meanwhile is admitted");
        is_whole(&listener, &reached);
    }
}

/// Whoever binds without `SO_REUSEADDR` has connections without it, which keep the address.
#[tokio::test]
async fn an_address_that_cannot_be_bound_again() {
    let socket = TcpSocket::new_v4().expect("IPv4");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let mut listener = socket.listen(128).expect("bound");
    let reached = [listener.local_addr().expect("bound")];
    let _client = begin_to_connect(reached[0]);
    let (context, _admitted) = timeless_context();
    let skipped = FullSink::raise(&mut listener, None, &context).await.expect_err("in use");
    let step = "bind a second socket to the address";
    assert!(matches!(skipped, Skipped::Refused { step: it, .. } if it == step), "{skipped}");
    is_whole(&listener, &reached);
}

/// The sockets of a group must be the same user's. Only root can become somebody else.
#[tokio::test]
#[ignore = "needs root; tests/integration runs it"]
async fn an_address_that_another_user_has_bound() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    let (nobody, root) = (Uid::from_raw(65534), rustix::process::geteuid());
    // Of this thread alone, which is that of the runtime too.
    set_thread_res_uid(None, nobody, None).expect("this test is run as root");
    let (context, _admitted) = timeless_context();
    let raised = FullSink::raise(&mut listener, None, &context).await;
    set_thread_res_uid(None, root, None).expect("it was root");
    let skipped = raised.expect_err("another user's");
    let step = "bind a second socket to the address";
    assert!(matches!(skipped, Skipped::Refused { step: it, .. } if it == step), "{skipped}");
    is_whole(&listener, &reached);
}

#[tokio::test]
async fn a_group_that_others_may_be_in_is_not_touched() {
    let (mut listener, _) = listen(LISTENERS[0]);
    sockopt::set_socket_reuseport(&listener, true).expect("any socket");
    let (context, _admitted) = timeless_context();
    let skipped = FullSink::raise(&mut listener, None, &context).await.expect_err("set");
    assert!(matches!(skipped, Skipped::ReusePort), "{skipped}");
    assert!(sockopt::socket_reuseport(&listener).expect("a socket"), "still set");
    // So it comes down to a method below, all by itself.
    let (context, _admitted) = super::seal_context(std::time::Duration::ZERO, TokioClock);
    assert!(crate::seal::tcp(listener, context).await > SealMethod::FullSink);
}
