use std::io;

use tokio::io::DuplexStream;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::listener::Listener;

/// A listener in memory. The provided method of the trait seals it.
#[derive(Debug)]
pub(crate) struct MemoryListener(UnboundedReceiver<io::Result<DuplexStream>>);

impl MemoryListener {
    pub(crate) fn new(accepted: UnboundedReceiver<io::Result<DuplexStream>>) -> Self {
        Self(accepted)
    }
}

impl Listener for MemoryListener {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> io::Result<(DuplexStream, ())> {
        match self.0.recv().await {
            Some(accepted) => accepted.map(|io| (io, ())),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}
