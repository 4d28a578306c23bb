//! Why the full sink is skipped, and that the listener works as before afterwards.

use std::net::SocketAddr;

use rustix::net::sockopt;
use rustix::process::Uid;
use rustix::thread::set_thread_res_uid;
use tokio::net::{TcpListener, TcpSocket};

use super::{
    Admitted, LISTENERS, begin_to_connect, frozen_context, listen, listeners, seal_context,
};
use crate::TokioClock;
use crate::listener::{SealContext, SealMethod};
use crate::seal::linux::full_sink::FullSink;
use crate::seal::linux::handshakes::Handshakes;
use crate::seal::linux::plugs::Plugs;
use crate::seal::linux::skipped::Skipped;
use crate::seal::linux::sys;

/// Enough clients that a second socket of the group would certainly receive one of them.
const CLIENTS: u32 = 64;

/// Checks that every new connection goes to the listener, and to no other socket.
fn assert_receives_all(listener: &TcpListener, reached: &[SocketAddr]) {
    let before = sys::accept_queue(listener).expect("a listener");
    for at in reached.iter().cycle().take(CLIENTS as usize) {
        begin_to_connect(*at);
    }
    assert_eq!(sys::accept_queue(listener).expect("a listener") - before, CLIENTS);
    assert!(!sockopt::socket_reuseport(listener).expect("a socket"));
}

/// Opens the sink with plugs that connect to another address.
async fn open_with_plugs_to(
    elsewhere: SocketAddr,
    listener: &mut TcpListener,
    context: &SealContext<TcpListener>,
) -> Skipped {
    let handshakes = Handshakes::of(listener).expect("netlink");
    let plugs = Plugs::to(elsewhere).expect("free ports");
    let opened = FullSink::open_with(listener, plugs, Some(&handshakes), context).await;
    opened.expect_err("the plugs go elsewhere")
}

#[tokio::test]
async fn full_sink_is_skipped_when_its_plugs_are_refused() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let (closed, _) = listen(LISTENERS[0]);
        let unused = closed.local_addr().expect("bound");
        drop(closed);
        let (context, _admitted) = frozen_context();
        let skipped = open_with_plugs_to(unused, &mut listener, &context).await;
        assert!(matches!(skipped, Skipped::Refused { step: "connect to ourselves", .. }));
        assert_receives_all(&listener, &reached);
    }
}

#[tokio::test]
async fn full_sink_is_skipped_when_its_plugs_do_not_arrive() {
    for of in listeners() {
        let (mut listener, reached) = listen(of);
        let (other, _) = listen(LISTENERS[0]);
        let elsewhere = other.local_addr().expect("bound");
        let (context, mut admitted): (_, Admitted) =
            seal_context(std::time::Duration::ZERO, TokioClock);
        let _waits = begin_to_connect(reached[0]);
        let skipped = open_with_plugs_to(elsewhere, &mut listener, &context).await;
        assert!(matches!(skipped, Skipped::NotFull), "{skipped}");
        assert_eq!(admitted.count(), 1, "what comes meanwhile is admitted");
        assert_receives_all(&listener, &reached);
    }
}

/// Connections of a listener that was bound without `SO_REUSEADDR` lack the option too, so they
/// keep the address in use.
#[tokio::test]
async fn full_sink_is_skipped_when_the_address_cannot_be_bound_again() {
    let socket = TcpSocket::new_v4().expect("IPv4");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let mut listener = socket.listen(128).expect("bound");
    let reached = [listener.local_addr().expect("bound")];
    let _client = begin_to_connect(reached[0]);
    let (context, _admitted) = frozen_context();
    let skipped = FullSink::open(&mut listener, None, &context).await.expect_err("in use");
    let step = "bind a second socket to the address";
    assert!(matches!(skipped, Skipped::Refused { step: it, .. } if it == step), "{skipped}");
    assert_receives_all(&listener, &reached);
}

/// The sockets of a group must belong to one user. Only root can become another user.
#[tokio::test]
#[ignore = "needs root; tests/integration runs it"]
async fn full_sink_is_skipped_when_another_user_bound_the_address() {
    let (mut listener, reached) = listen(LISTENERS[0]);
    let (nobody, root) = (Uid::from_raw(65534), rustix::process::geteuid());
    // Changes the user of this thread only, which is also the runtime's thread.
    set_thread_res_uid(None, nobody, None).expect("this test is run as root");
    let (context, _admitted) = frozen_context();
    let opened = FullSink::open(&mut listener, None, &context).await;
    set_thread_res_uid(None, root, None).expect("it was root");
    let skipped = opened.expect_err("another user's");
    let step = "bind a second socket to the address";
    assert!(matches!(skipped, Skipped::Refused { step: it, .. } if it == step), "{skipped}");
    assert_receives_all(&listener, &reached);
}

#[tokio::test]
async fn full_sink_is_skipped_when_reuseport_is_set() {
    let (mut listener, _) = listen(LISTENERS[0]);
    sockopt::set_socket_reuseport(&listener, true).expect("any socket");
    let (context, _admitted) = frozen_context();
    let skipped = FullSink::open(&mut listener, None, &context).await.expect_err("set");
    assert!(matches!(skipped, Skipped::ReusePort), "{skipped}");
    assert!(sockopt::socket_reuseport(&listener).expect("a socket"), "still set");
    // The sealing falls back to a later method.
    let (context, _admitted) = super::seal_context(std::time::Duration::ZERO, TokioClock);
    assert!(crate::seal::tokio_listeners::tcp(listener, context).await > SealMethod::FullSink);
}
