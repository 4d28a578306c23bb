use std::io;
use std::time::Duration;

use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::listener::{FAILURES, LONGEST_QUEUE, Listener, SealContext, SealMethod};

/// How long accepting pauses while no descriptor is left. Connections that are answered meanwhile
/// free theirs.
const PAUSE: Duration = Duration::from_millis(5);

/// For TCP: admits the queued connections, and returns the listener, unregistered from the runtime,
/// for the caller to close.
///
/// This asks the kernel and not the runtime, because the runtime may not know of the newest
/// connections yet.
pub(super) async fn tcp(
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
pub(super) async fn unix(
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
