//! These tests use real sockets, because the kernel does part of the work. They wait for events
//! only. Where a test must not depend on time, its clock stands still.

mod full_sink;
mod grace;
mod handshakes;
mod program;
mod skipped;
mod steering;
mod syn_filter;
mod sys;

use std::future::pending;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::clock::{Clock, SharedClock, TokioClock};
use crate::listener::SealContext;

/// The address of each kind of listener, whether it is for IPv6 only, and the addresses at which
/// clients reach it.
const LISTENERS: &[(&str, bool, &[&str])] = &[
    ("127.0.0.1:0", false, &["127.0.0.1"]),
    ("0.0.0.0:0", false, &["127.0.0.1"]),
    ("[::1]:0", true, &["::1"]),
    ("[::]:0", true, &["::1"]),
    ("[::]:0", false, &["127.0.0.1", "::1"]),
];

/// The kinds of listener that this machine supports: without IPv6, only the IPv4 ones.
fn listeners() -> impl Iterator<Item = (&'static str, bool, &'static [&'static str])> {
    let has_v6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    LISTENERS.iter().copied().filter(move |(address, ..)| has_v6 || !address.starts_with('['))
}

#[test]
#[ignore = "needs IPv6; tests/integration runs it"]
fn every_kind_of_listener_is_tested() {
    assert_eq!(listeners().count(), LISTENERS.len());
}

/// A listener, and the addresses at which clients reach it.
fn listen((address, only_v6, clients): (&str, bool, &[&str])) -> (TcpListener, Vec<SocketAddr>) {
    let address: SocketAddr = address.parse().expect("an address");
    let socket = super::plugs::socket_for(address).expect("this version of IP");
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, only_v6).expect("not yet bound");
    }
    // tokio's own `TcpListener::bind` sets this too.
    socket.set_reuseaddr(true).expect("any socket");
    socket.bind(address).expect("a free port");
    let listener = socket.listen(128).expect("bound");
    let port = listener.local_addr().expect("bound").port();
    let at = |ip: &&str| SocketAddr::new(ip.parse().expect("an address"), port);
    (listener, clients.iter().map(at).collect())
}

/// A seal context, and a receiver of the connections that it admits.
fn seal_context(grace: Duration, clock: impl Clock) -> (SealContext<TcpListener>, Admitted) {
    let (admit, admitted) = unbounded_channel();
    (SealContext::new(admit, grace, SharedClock::new(clock)), Admitted(admitted))
}

/// A seal context whose clock stands still.
fn frozen_context() -> (SealContext<TcpListener>, Admitted) {
    seal_context(Duration::from_secs(1), FrozenClock(TokioClock.now()))
}

struct Admitted(UnboundedReceiver<(TcpStream, SocketAddr)>);

impl Admitted {
    /// How many connections were admitted since the last call.
    fn count(&mut self) -> usize {
        std::iter::from_fn(|| self.0.try_recv().ok()).count()
    }
}

struct FrozenClock(Instant);

impl Clock for FrozenClock {
    fn now(&self) -> Instant {
        self.0
    }

    fn sleep_until(&self, _: Instant) -> impl Future<Output = ()> + Send + 'static {
        pending()
    }
}

/// Begins to connect without waiting. Over loopback, the kernel has processed the SYN when this
/// function returns.
fn begin_to_connect(to: SocketAddr) -> rustix::fd::OwnedFd {
    let socket = super::plugs::socket_for(to).expect("this version of IP");
    connect(&socket, to);
    std::os::fd::AsFd::as_fd(&socket).try_clone_to_owned().expect("a descriptor")
}

fn connect(socket: &TcpSocket, to: SocketAddr) {
    match rustix::net::connect(socket, &to) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
        Err(error) => panic!("{error}"),
    }
}
