use std::os::fd::AsFd;
use std::pin::pin;
use std::time::Duration;

use rustix::net::{ipproto, listen, sockopt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::handshakes::Handshakes;
use super::plugs::{PLUGS, Plugs, reachable, socket_for};
use super::skipped::{Skipped, Step};
use super::{grace, program, sys};
use crate::seal::{SealContext, accept_until_empty};

/// How long our own connections may take to fill the sink. They do not leave the machine.
const FULL_WITHIN: Duration = Duration::from_millis(50);

/// How often to look whether it is full, if it is not as soon as they are connected.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// How many connections may wait in the second socket before it is the sink. Connections go to it
/// for some microseconds only.
const BACKLOG: u32 = 1024;

/// A second socket on the listener's address that swallows new connections: its accept queue is
/// full, so their SYN is dropped without a reset. Handshakes that the listener began go on there.
///
/// The kernel hands new connections of an address to a group of sockets (`SO_REUSEPORT`), and a
/// program says to which of them. It can only be attached once there are two. Between the second
/// one's joining and that, some may go to it; so these are accepted before it is filled.
#[derive(Debug)]
pub(super) struct FullSink {
    // In the order in which they are to be closed.
    sink: std::net::TcpListener,
    _plugs: (TcpStream, TcpStream),
}

impl FullSink {
    /// From now on no connection begins. What comes meanwhile is admitted.
    ///
    /// When this fails the listener takes every connection, as before.
    pub(super) async fn raise(
        listener: &mut TcpListener,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) -> Result<Self, Skipped> {
        let address = listener.local_addr().step("read the socket's address")?;
        let plugs = Plugs::to(reachable(address, only_v6(listener)?));
        let plugs = plugs.step("open a connection to ourselves")?;
        Self::raise_with(listener, plugs, handshakes, context).await
    }

    pub(super) async fn raise_with(
        listener: &mut TcpListener,
        plugs: Plugs,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) -> Result<Self, Skipped> {
        is_alone(listener)?;
        let second = second_socket(listener)?;
        sockopt::set_socket_reuseport(&*listener, true).step("set SO_REUSEPORT")?;
        let raised = match join(listener, second) {
            Ok(second) => Self::of_two(listener, second, plugs, handshakes, context).await,
            Err(skipped) => Err(skipped),
        };
        if raised.is_err() {
            // The second socket is closed. Without it the program sends everything to the first,
            // so it does not matter if it cannot be detached.
            let _ = sys::detach_from_group(&*listener);
            let _ = sockopt::set_socket_reuseport(&*listener, false);
        }
        raised
    }

    /// Makes the second socket of a group the sink.
    pub(super) async fn of_two(
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
        let sink =
            accept_until_empty::last_of(second, context).await.step("unregister the sink")?;
        attached?;
        listen(&sink, 1).step("shorten the sink's queue")?;
        let plugs = fill(&sink, plugs, listener, context).await?;
        sys::attach_to_group(&*listener, &program::new_to_second()).step("attach a program")?;
        Ok(Self { sink, _plugs: plugs })
    }

    /// Lets what has begun finish, and closes.
    pub(super) async fn close(
        self,
        mut listener: TcpListener,
        handshakes: Option<&Handshakes>,
        context: &SealContext<TcpListener>,
    ) {
        grace::wait(&mut listener, None, handshakes, context).await;
        // The sink is closed last, so that nothing gets past it.
        drop(accept_until_empty::last_of(listener, context).await);
        // If others hold the first socket, or have joined the group, they are not to be steered.
        let _ = sys::detach_from_group(&self.sink);
    }
}

/// From here on either socket may be given a connection.
pub(super) fn join(listener: &TcpListener, second: TcpSocket) -> Result<TcpListener, Skipped> {
    let address = listener.local_addr().step("read the socket's address")?;
    second.bind(address).step("bind a second socket to the address")?;
    second.listen(BACKLOG).step("listen on a second socket")
}

fn only_v6(listener: &TcpListener) -> Result<bool, Skipped> {
    let address = listener.local_addr().step("read the socket's address")?;
    Ok(address.is_ipv6() && sockopt::ipv6_v6only(listener).step("read IPV6_V6ONLY")?)
}

/// Whether a second socket would be steered together with this one, and with no other.
fn is_alone(listener: &TcpListener) -> Result<(), Skipped> {
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

/// A socket like this one, not yet bound.
pub(super) fn second_socket(listener: &TcpListener) -> Result<TcpSocket, Skipped> {
    let second = socket_like(listener)?;
    if !same_namespace(listener, &second) {
        return Err(Skipped::OtherNamespace);
    }
    // A sandbox may refuse programs, which we had better know before the listener is touched. Tried
    // on another socket, because one that has a program before it is bound cannot share an address.
    let trial = socket_like(listener)?;
    sys::attach_to_group(trial, &program::new_to_second()).step("attach a program")?;
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

/// Kernels that do not say are taken at their best: there the program is refused later on, when
/// the two sockets do not form a group.
fn same_namespace(one: impl AsFd, other: impl AsFd) -> bool {
    match (sys::network_namespace(one), sys::network_namespace(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => true,
    }
}

/// Fills the sink, and meanwhile admits what comes to the listener.
async fn fill(
    sink: &std::net::TcpListener,
    plugs: Plugs,
    listener: &mut TcpListener,
    context: &SealContext<TcpListener>,
) -> Result<(TcpStream, TcpStream), Skipped> {
    let full = async {
        let plugs = plugs.connect().await.step("connect to ourselves")?;
        while sys::accept_queue(sink).step("count the sink's queue")? < PLUGS {
            context.sleep(LOOK_EVERY).await;
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
