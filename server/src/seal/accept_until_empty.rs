use std::io;
use std::time::Duration;

use futures_util::FutureExt;
use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::coop::{consume_budget, unconstrained};
use tokio::task::yield_now;

use super::{SealContext, SealMethod};
use crate::listener::Listener;

/// An accept that fails this often in a row will not succeed by trying again.
const FAILURES: usize = 16;

/// The longest queue that a kernel can be asked for. Clients that connect faster than we accept do
/// not keep the door open for ever.
const LONGEST_QUEUE: usize = 65_535;

/// How long accepting rests while the process may open no more descriptors: those of connections
/// that are answered meanwhile come free.
const REST: Duration = Duration::from_millis(5);

/// For any listener: accepts for as long as that succeeds without waiting, as many as a queue can
/// hold.
pub(crate) async fn accept_until_empty<L: Listener>(
    mut listener: L,
    context: SealContext<L>,
) -> SealMethod {
    // One turn of the runtime, so that what the kernel already holds is known to it.
    yield_now().await;
    let mut failures = 0;
    for _ in 0..LONGEST_QUEUE {
        // Unconstrained, because a spent task budget would look like an empty queue.
        match unconstrained(listener.accept()).now_or_never() {
            Some(Ok((io, peer))) => context.admit(io, peer),
            Some(Err(_)) if failures < FAILURES => failures += 1,
            Some(Err(_)) | None => break,
        }
        consume_budget().await;
    }
    SealMethod::AcceptUntilEmpty
}

/// For TCP: admits what waits now, and takes the listener from the runtime for the caller to close.
///
/// Asks the kernel itself and not the runtime, which may not have heard of the newest connections.
pub(super) async fn last_of(
    listener: TcpListener,
    context: &SealContext<TcpListener>,
) -> io::Result<std::net::TcpListener> {
    let listener = listener.into_std()?;
    drain_queue(context, || {
        let (stream, peer) = listener.accept()?;
        stream.set_nonblocking(true)?;
        let _ = stream.set_nodelay(true);
        context.admit(TcpStream::from_std(stream)?, peer);
        Ok(())
    })
    .await;
    Ok(listener)
}

/// For Unix sockets: the same, and then it is closed.
pub(crate) async fn unix(
    listener: UnixListener,
    context: &SealContext<UnixListener>,
) -> SealMethod {
    if let Ok(listener) = listener.into_std() {
        drain_queue(context, || {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            context.admit(UnixStream::from_std(stream)?, peer.into());
            Ok(())
        })
        .await;
    }
    SealMethod::AcceptUntilEmpty
}

async fn drain_queue<L: Listener>(
    context: &SealContext<L>,
    mut accept: impl FnMut() -> io::Result<()>,
) {
    let mut failures = 0;
    for _ in 0..LONGEST_QUEUE {
        match accept() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            // The deadline bounds it: then this is dropped.
            Err(error) if is_short_of_something(&error) => {
                context.make_room();
                context.sleep(REST).await;
            }
            Err(_) if failures < FAILURES => failures += 1,
            Err(error) => {
                tracing::warn!(%error, "connections that waited in the accept queue were lost");
                return;
            }
        }
    }
}

/// Whether there is too little of something that others may give back.
fn is_short_of_something(error: &io::Error) -> bool {
    let short = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|errno| short.contains(&errno))
}
