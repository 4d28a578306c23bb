use std::os::fd::AsFd;
use std::pin::pin;
use std::time::Duration;

use rustix::net::{ipproto, listen, sockopt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::handshakes::Handshakes;
use super::plugs::{PLUGS, Plugs, reachable, socket_for};
use super::skipped::{Skipped, Step};
use super::{grace, program, sys};
use crate::listener::SealContext;
use crate::seal::accept_queued;

/// How long our own connections may take to fill the sink. They never leave the machine.
const FULL_WITHIN: Duration = Duration::from_millis(50);

/// How often to check whether the sink is full, if it is not full when our connections are
/// established.
const POLL_EVERY: Duration = Duration::from_millis(1);

/// How many connections may wait in the second socket before it becomes the sink. It receives new
/// connections for some microseconds only.
const BACKLOG: u32 = 1024;

/// A second socket on the listener's address that swallows new connections.
///
/// The sink's accept queue is full, so the kernel drops their SYN without a reset. Handshakes that
/// the listener began still finish at the listener.
///
/// The kernel hands new connections of an address to a group of sockets (`SO_REUSEPORT`), and a BPF
/// program chooses the socket. The program can only be attached once the group has two sockets. In
/// the time between, the second socket may receive connections, so these are accepted before the
/// sink is filled.
#[derive(Debug)]
pub(super) struct FullSink {
    // Fields drop in this order: the sink closes before the connections that fill it.
    sink: std::net::TcpListener,
    _plugs: (TcpStream, TcpStream),
}

impl FullSink {
    /// Opens the sink: from now on no connection begins. Connections that arrive meanwhile are
    /// admitted.
    ///
    /// On failure the listener receives every connection, as before.
    pub(super) async fn open(
        listener: &mut TcpListener,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) -> Result<Self, Skipped> {
        let address = listener.local_addr().step("read the socket's address")?;
        let plugs = Plugs::to(reachable(address, only_v6(listener)?));
        let plugs = plugs.step("open a connection to ourselves")?;
        Self::open_with(listener, plugs, handshakes, context).await
    }

    pub(super) async fn open_with(
        listener: &mut TcpListener,
        plugs: Plugs,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) -> Result<Self, Skipped> {
        check_exclusive(listener)?;
        let second = second_socket(listener)?;
        sockopt::set_socket_reuseport(&*listener, true).step("set SO_REUSEPORT")?;
        let opened = match join_group(listener, second) {
            Ok(second) => Self::from_group(listener, second, plugs, handshakes, context).await,
            Err(skipped) => Err(skipped),
        };
        if opened.is_err() {
            // The second socket is closed by now. The program then sends everything to the first
            // one, so a failure to detach it does no harm.
            let _ = sys::detach_from_group(&*listener);
            let _ = sockopt::set_socket_reuseport(&*listener, false);
        }
        opened
    }

    /// Turns the second socket of a group into the sink.
    pub(super) async fn from_group(
        listener: &mut TcpListener,
        mut second: TcpListener,
        plugs: Plugs,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) -> Result<Self, Skipped> {
        let all_to_first = program::from_to_second(plugs.sources());
        let attached = sys::attach_to_group(&*listener, &all_to_first).step("attach a program");
        if attached.is_ok() {
            grace::wait(listener, Some(&mut second), handshakes, context).await;
        }
        let sink = accept_queued::tcp(second, context).await.step("unregister the sink")?;
        attached?;
        listen(&sink, 1).step("shorten the sink's queue")?;
        let plugs = fill(&sink, plugs, listener, context).await?;
        sys::attach_to_group(&*listener, &program::new_to_second()).step("attach a program")?;
        Ok(Self { sink, _plugs: plugs })
    }

    /// Waits for the handshakes that have begun, then closes both sockets.
    pub(super) async fn close(
        self,
        mut listener: TcpListener,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) {
        grace::wait(&mut listener, None, handshakes, context).await;
        // The sink is closed last, so that no new connection reaches the listener.
        drop(accept_queued::tcp(listener, context).await);
        // Another process may hold the first socket or have joined the group. The program must not
        // steer its connections.
        let _ = sys::detach_from_group(&self.sink);
    }
}

/// Joins the listener's group. From here on the kernel may give a connection to either socket.
pub(super) fn join_group(
    listener: &TcpListener,
    second: TcpSocket,
) -> Result<TcpListener, Skipped> {
    let address = listener.local_addr().step("read the socket's address")?;
    second.bind(address).step("bind a second socket to the address")?;
    second.listen(BACKLOG).step("listen on a second socket")
}

fn only_v6(listener: &TcpListener) -> Result<bool, Skipped> {
    let address = listener.local_addr().step("read the socket's address")?;
    Ok(address.is_ipv6() && sockopt::ipv6_v6only(listener).step("read IPV6_V6ONLY")?)
}

/// Refuses a listener whose second socket would not form a group of exactly these two.
fn check_exclusive(listener: &TcpListener) -> Result<(), Skipped> {
    if sockopt::socket_protocol(listener).step("read the protocol")? != Some(ipproto::TCP) {
        return Err(Skipped::NotTcp);
    }
    if sockopt::socket_reuseport(listener).step("read SO_REUSEPORT")? {
        return Err(Skipped::ReusePort);
    }
    if sys::bound_device(listener).step("read SO_BINDTOIFINDEX")? != 0 {
        return Err(Skipped::Device);
    }
    Ok(())
}

/// Creates an unbound socket with the listener's options.
pub(super) fn second_socket(listener: &TcpListener) -> Result<TcpSocket, Skipped> {
    let second = socket_like(listener)?;
    if !same_namespace(listener, &second) {
        return Err(Skipped::OtherNamespace);
    }
    // A sandbox may refuse programs, and we must know that before we touch the listener. The
    // attempt uses a third socket, because a socket with a program cannot share an address
    // afterwards.
    let probe = socket_like(listener)?;
    sys::attach_to_group(probe, &program::new_to_second()).step("attach a program")?;
    Ok(second)
}

fn socket_like(listener: &TcpListener) -> Result<TcpSocket, Skipped> {
    let address = listener.local_addr().step("read the socket's address")?;
    let socket = socket_for(address).step("open a second socket")?;
    socket.set_reuseaddr(true).step("set SO_REUSEADDR")?;
    socket.set_reuseport(true).step("set SO_REUSEPORT")?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, only_v6(listener)?).step("set IPV6_V6ONLY")?;
    }
    Ok(socket)
}

/// Kernels that do not report a namespace are assumed to agree. If the namespaces differ, the two
/// sockets form no group, and attaching the program fails later.
fn same_namespace(one: impl AsFd, other: impl AsFd) -> bool {
    match (sys::network_namespace(one), sys::network_namespace(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => true,
    }
}

/// Fills the sink, and meanwhile admits connections that reach the listener.
async fn fill(
    sink: &std::net::TcpListener,
    plugs: Plugs,
    listener: &mut TcpListener,
    context: &SealContext<TcpListener>,
) -> Result<(TcpStream, TcpStream), Skipped> {
    let full = async {
        let plugs = plugs.connect().await.step("connect to ourselves")?;
        while sys::accept_queue(sink).step("count the sink's queue")? < PLUGS {
            context.sleep(POLL_EVERY).await;
        }
        Ok(plugs)
    };
    let bound = context.sleep(FULL_WITHIN);
    let (mut full, mut bound) = (pin!(full), pin!(bound));
    loop {
        tokio::select! {
            // In this order: a stream of new connections must starve neither.
            biased;
            full = &mut full => return full,
            () = &mut bound => return Err(Skipped::NotFull),
            _ = grace::admit_next(listener, context) => {}
        }
    }
}
