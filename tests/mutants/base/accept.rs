use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Server, connection};

/// Accepts connections until `over` completes.
pub(crate) async fn accept_until(
    over: impl Future<Output = ()>,
    listener: &TcpListener,
    server: &Arc<Server>,
    connections: &mut JoinSet<()>,
) {
    tokio::pin!(over);
    loop {
        // Check `over` first, because a storm of connections must not delay the signal.
        tokio::select! {
            biased;
            () = &mut over => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection::serve(Arc::clone(server), stream));
                }
            }
        }
    }
}

/// Accepts what the accept queue holds, and closes the listener. The kernel resets connections in
/// the queue of a closed listener.
pub(crate) fn seal(
    listener: TcpListener,
    server: &Arc<Server>,
    connections: &mut JoinSet<()>,
) -> std::io::Result<()> {
    let listener = listener.into_std()?;
    while let Ok((stream, _)) = listener.accept() {
        stream.set_nonblocking(true)?;
        let stream = TcpStream::from_std(stream)?;
        connections.spawn(connection::serve(Arc::clone(server), stream));
    }
    Ok(())
}
