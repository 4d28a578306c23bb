use std::io;
use std::time::Duration;

use futures_util::FutureExt;
use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::coop::{consume_budget, unconstrained};
use tokio::task::yield_now;

use super::{SealContext, SealMethod};
use crate::listener::Listener;

/// After this many failures in a row, another accept will not succeed either.
const FAILURES: usize = 16;

/// The longest accept queue that a kernel accepts. This limit ends the sealing even when clients
/// connect faster than we accept.
const LONGEST_QUEUE: usize = 65_535;

/// How long accepting pauses while no descriptor is left. Connections that are answered meanwhile
/// free theirs.
const PAUSE: Duration = Duration::from_millis(5);

/// For any listener: accepts as long as an accept succeeds without waiting, up to [`LONGEST_QUEUE`]
/// connections.
pub(crate) async fn accept_until_empty<L: Listener>(
    mut listener: L,
    context: SealContext<L>,
) -> SealMethod {
    // One turn of the runtime, so that the runtime learns of connections that the kernel already
    // holds.
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

/// For TCP: admits the queued connections, and returns the listener, unregistered from the runtime,
/// for the caller to close.
///
/// This asks the kernel and not the runtime, because the runtime may not know of the newest
/// connections yet.
pub(super) async fn accept_queued(
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

/// For Unix sockets: admits the queued connections, and closes the listener.
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
            // This loop has no bound of its own: at the deadline the server drops this future.
            Err(error) if is_resource_shortage(&error) => {
                context.make_room();
                context.sleep(PAUSE).await;
            }
            Err(_) if failures < FAILURES => failures += 1,
            Err(error) => {
                let message = "accepting failed repeatedly; queued connections were lost";
                tracing::warn!(%error, "{message}");
                return;
            }
        }
    }
}

/// Whether the kernel lacks a resource that other connections may free.
fn is_resource_shortage(error: &io::Error) -> bool {
    let short = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|errno| short.contains(&errno))
}
