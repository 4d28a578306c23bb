/// The behaviour of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientKind {
    /// Connects, sends one request, reads the answer, closes.
    Fresh,
    /// Sends request after request on one connection, until the connection ends.
    KeptAlive,
    /// Like [`KeptAlive`](Self::KeptAlive), and each request has a body, which is sent after its
    /// head.
    Poster,
    /// Sends several requests at once, and reads as many answers.
    Pipelined,
    /// Sends several requests at a time on one HTTP/2 connection.
    Http2,
    /// Sends half a head, and the rest later.
    HalfHead,
    /// Requests more bytes than the kernel's buffers hold, and reads them in small parts.
    SlowReader,
    /// Begins a request, and disconnects before the answer.
    Vanishing,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Fresh,
        Self::KeptAlive,
        Self::Poster,
        Self::Pipelined,
        Self::Http2,
        Self::HalfHead,
        Self::SlowReader,
        Self::Vanishing,
    ];

    /// Whether the client sends requests without pauses. The other kinds are paced by these: they
    /// act once for a number of answers that the continuous clients receive.
    #[must_use]
    pub fn is_continuous(self) -> bool {
        match self {
            Self::Fresh | Self::KeptAlive | Self::Poster | Self::Pipelined | Self::Http2 => true,
            Self::HalfHead | Self::SlowReader | Self::Vanishing => false,
        }
    }
}
