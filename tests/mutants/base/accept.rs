use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{Server, connection};

/// Accepts connections until it is over.
pub(crate) async fn accept_until(
    over: impl Future<Output = ()>,
    listener: &TcpListener,
    server: &Arc<Server>,
    connections: &mut JoinSet<()>,
) {
    tokio::pin!(over);
    loop {
        // The end first: a storm of connections must not starve the signal.
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

/// Closes the listener with an empty accept queue: what is in it would be reset.
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
