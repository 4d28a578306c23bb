use std::fmt;
use std::io;

use tokio::net::TcpStream;
use tokio::sync::watch;

use super::gate::AckGate;
use crate::store::{Observer, StoreEvent};

/// Where Postgres listens.
#[derive(Debug, Clone)]
pub(in crate::store) struct Address {
    pub(in crate::store) host: String,
    pub(in crate::store) port: u16,
}

/// State that the proxy shares with its sessions.
pub(super) struct ProxyState {
    pub(super) upstream: Address,
    pub(super) gate: AckGate,
    /// Whether nothing is answered or closed any more.
    pub(super) black_hole: watch::Sender<bool>,
    /// Counts how often all sessions have been reset.
    pub(super) resets: watch::Sender<u32>,
    /// Whether nothing may be accepted any more.
    pub(super) refusing: watch::Sender<bool>,
    /// Whether the port is still open.
    pub(super) listening: watch::Sender<bool>,
    pub(super) observer: Observer,
}

impl ProxyState {
    pub(super) fn observe(&self, event: StoreEvent) {
        (self.observer)(event);
    }

    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((&*self.upstream.host, self.upstream.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

impl fmt::Debug for ProxyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyState").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}
