use std::io;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::{coop::unconstrained, yield_now};

use super::{Door, Rung};
use crate::listener::Listener;

/// An accept that fails this often in a row will not succeed by trying again.
const FAILURES: usize = 16;

/// For any listener: accepts for as long as that succeeds without waiting.
pub(crate) async fn accept_until_empty<L: Listener>(mut listener: L, door: Door<L>) -> Rung {
    // One turn of the runtime, so that what the kernel already holds is known to it.
    yield_now().await;
    let mut failures = 0;
    // Unconstrained, because a spent task budget would look like an empty queue.
    while let Some(accepted) = unconstrained(listener.accept()).now_or_never() {
        match accepted {
            Ok((io, peer)) => door.admit(io, peer),
            Err(_) if failures < FAILURES => failures += 1,
            Err(_) => break,
        }
    }
    Rung::AcceptUntilEmpty
}

/// For TCP: asks the kernel itself and not the runtime, which may not have heard of the newest
/// connections.
pub(crate) fn tcp(listener: TcpListener, door: &Door<TcpListener>) -> Rung {
    if let Ok(listener) = listener.into_std() {
        drain_queue(|| {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            let _ = stream.set_nodelay(true);
            door.admit(TcpStream::from_std(stream)?, peer);
            Ok(())
        });
    }
    Rung::AcceptUntilEmpty
}

/// The same for Unix sockets.
pub(crate) fn unix(listener: UnixListener, door: &Door<UnixListener>) -> Rung {
    if let Ok(listener) = listener.into_std() {
        drain_queue(|| {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            door.admit(UnixStream::from_std(stream)?, peer.into());
            Ok(())
        });
    }
    Rung::AcceptUntilEmpty
}

fn drain_queue(mut accept: impl FnMut() -> io::Result<()>) {
    let mut failures = 0;
    loop {
        match accept() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) if failures < FAILURES => failures += 1,
            Err(error) => {
                tracing::warn!(%error, "connections that waited in the accept queue were lost");
                return;
            }
        }
    }
}
