use std::net::SocketAddr;

/// One socket of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Socket {
    /// Its own address.
    pub local: SocketAddr,
    /// The other side's; none of a listener.
    pub peer: Option<SocketAddr>,
    /// Where it stands.
    pub state: SocketState,
    /// Bytes that came and were not read. Of a listener: connections in its queue.
    pub unread: usize,
    /// Bytes that were written and not acknowledged. Of a listener: its backlog.
    pub unsent: usize,
    /// Whether a program holds it. A connection that none holds waits in an accept queue, is in its
    /// handshake, or was closed and is not through with it.
    pub held: bool,
}

/// Where a socket stands, in the words of TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "these are the names that everybody knows")]
pub enum SocketState {
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    LastAck,
    Closing,
    Closed,
}

impl Socket {
    /// Whether it is a connection that nobody has accepted yet.
    #[must_use]
    pub fn queued(&self) -> bool {
        !self.held && matches!(self.state, SocketState::Established | SocketState::CloseWait)
    }
}
