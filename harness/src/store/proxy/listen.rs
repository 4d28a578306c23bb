use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::gate::AckGate;
use super::session;
use super::state::{Address, ProxyState};
use crate::postgres::pace;
use crate::store::Observer;

/// The maximum number of connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// The proxy of one store. Dropping it ends every session at once.
#[derive(Debug)]
pub(in crate::store) struct Proxy {
    address: SocketAddr,
    state: Arc<ProxyState>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1.
    pub(in crate::store) async fn start(upstream: Address, observer: Observer) -> io::Result<Self> {
        let (port, listener) = reserved()?;
        let address = listener.local_addr()?;
        let state = Arc::new(ProxyState {
            upstream,
            gate: AckGate::open(),
            black_hole: watch::Sender::new(false),
            resets: watch::Sender::new(0),
            refusing: watch::Sender::new(false),
            listening: watch::Sender::new(true),
            observer,
        });
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(listen(Arc::clone(&state), port, listener, stopped));
        Ok(Self { address, state, stop: Some(stop), task })
    }

    pub(in crate::store) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the acknowledgement gate.
    pub(in crate::store) fn hold(&self) {
        self.state.gate.close();
    }

    /// Opens the acknowledgement gate.
    pub(in crate::store) fn let_all_go(&self) {
        self.state.gate.let_all_go();
    }

    /// Releases one acknowledgement. Returns `false` if none waits.
    pub(in crate::store) fn let_one_go(&self) -> bool {
        self.state.gate.let_one_go()
    }

    /// The number of withheld acknowledgements.
    pub(in crate::store) fn withheld(&self) -> u32 {
        u32::try_from(self.state.gate.withheld()).unwrap_or(u32::MAX)
    }

    /// Resets every open connection. New ones are accepted.
    pub(in crate::store) fn reset(&self) {
        self.state.resets.send_modify(|count| *count += 1);
    }

    /// From now on nothing is answered, forwarded or closed. New connections are accepted, and not
    /// answered either.
    pub(in crate::store) fn black_hole(&self) {
        self.state.black_hole.send_replace(true);
    }

    /// After this returns, the port is closed. Open connections continue.
    pub(in crate::store) async fn refuse(&self) {
        let mut listening = self.state.listening.subscribe();
        self.state.refusing.send_replace(true);
        // An error means that the sender has ended, and the listener with it.
        let _ = listening.wait_for(|&open| !open).await;
    }

    /// Ends every session. Returns when no task and no socket is left.
    pub(in crate::store) async fn close(mut self) {
        drop(self.stop.take());
        let _ = (&mut self.task).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A socket that keeps a free port of 127.0.0.1, and a listener on this port.
///
/// The first socket never listens. While it is open, the kernel gives the port to no other program,
/// so connections are refused once the listener is closed. Without it another program could get the
/// port, and accept connections that are meant to be refused.
fn reserved() -> io::Result<(TcpSocket, TcpListener)> {
    let bound = |port| {
        let socket = TcpSocket::new_v4()?;
        // Two sockets may share a port only if both say so.
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
        io::Result::Ok(socket)
    };
    let port_holder = bound(0)?;
    let listener = bound(port_holder.local_addr()?.port())?.listen(BACKLOG)?;
    Ok((port_holder, listener))
}

/// Closes a listener, and every copy of it that another process holds.
///
/// A process that this one starts has copies of all descriptors until it executes its program. With
/// such a copy the kernel would accept connections for some time after the close.
fn stop_listening(listener: TcpListener) -> io::Result<()> {
    shutdown(&listener, Shutdown::Both)?;
    drop(listener);
    Ok(())
}

/// `_port` keeps the port taken until this returns.
async fn listen(
    state: Arc<ProxyState>,
    _port: TcpSocket,
    listener: TcpListener,
    mut stop: oneshot::Receiver<()>,
) {
    let mut refusing = state.refusing.subscribe();
    let mut listener = Some(listener);
    let mut sessions = JoinSet::new();
    let mut number = 0;
    let mut retry = pace(Duration::from_millis(20));
    loop {
        tokio::select! {
            biased;
            _ = &mut stop => break,
            Ok(()) = refusing.changed() => {
                listener.take().map_or(Ok(()), stop_listening).unwrap_or_else(|error| {
                    tracing::warn!(%error, "the database proxy cannot stop listening");
                });
                state.listening.send_replace(false);
            }
            Some(_) = sessions.join_next() => {}
            accepted = accept(listener.as_ref()) => match accepted {
                Ok((stream, _)) => {
                    number += 1;
                    sessions.spawn(session::run(Arc::clone(&state), number, stream));
                }
                Err(error) => {
                    tracing::warn!(%error, "the database proxy cannot accept");
                    // The usual cause is a lack of file descriptors, so an immediate retry would
                    // spin.
                    retry.tick().await;
                }
            },
        }
    }
    drop(listener);
    sessions.shutdown().await;
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[tokio::test]
    async fn port_stays_taken_after_the_listener_is_closed() {
        let (port, listener) = reserved().expect("a free port");
        let address = listener.local_addr().expect("an address");
        TcpStream::connect(address).await.expect("the listener accepts");
        let copy = listener.as_fd().try_clone_to_owned().expect("a copy, as a new process has it");
        stop_listening(listener).expect("a listener");
        let refused = TcpStream::connect(address).await.expect_err("no listener");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        drop(copy);
        // Without SO_REUSEADDR a program gets the port only if no other socket has it.
        let bind = || TcpSocket::new_v4().expect("a socket").bind(address);
        assert_eq!(bind().expect_err("a taken port").kind(), io::ErrorKind::AddrInUse);
        drop(port);
        bind().expect("a free port");
    }
}
