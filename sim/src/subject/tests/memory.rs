use std::future::pending;
use std::io;
use std::net::SocketAddr;

use tokio::io::DuplexStream;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::subject::listener::SimListener;

/// A listener in memory: what is sent to it waits in its queue.
#[derive(Debug)]
pub(super) struct Memory(pub(super) UnboundedReceiver<DuplexStream>);

impl SimListener for Memory {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(io) => Ok((io, ([192, 168, 0, 2], 50_000).into())),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(([192, 168, 0, 1], 3000).into())
    }

    fn filter_syn(&mut self) {
        self.0.close();
    }
}
