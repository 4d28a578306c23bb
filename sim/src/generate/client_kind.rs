/// A kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientKind {
    /// Several requests over one connection, with pauses.
    KeepAlive,
    /// Request after request, without a pause.
    Chatty,
    /// One request on a connection of its own.
    OneShot,
    /// Several requests at once, before the first answer.
    Pipelined,
    /// The head in two parts.
    SlowHead,
    /// The body later than the head, or in two parts.
    SlowBody,
    /// Takes its answer late, and a few bytes at a time.
    SlowReader,
    /// Connects and never says a word.
    Silent,
    /// Connects, and sends later.
    Preconnect,
    /// Leaves in the middle of an exchange.
    Aborting,
    /// Closes its side when it has asked.
    HalfClosing,
    /// Goes on with another protocol.
    Upgraded,
    /// Speaks HTTP/2.
    Http2,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::KeepAlive,
        Self::Chatty,
        Self::OneShot,
        Self::Pipelined,
        Self::SlowHead,
        Self::SlowBody,
        Self::SlowReader,
        Self::Silent,
        Self::Preconnect,
        Self::Aborting,
        Self::HalfClosing,
        Self::Upgraded,
        Self::Http2,
    ];

    /// Its name, with which the names of such actors begin.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KeepAlive => "keep-alive",
            Self::Chatty => "chatty",
            Self::OneShot => "one-shot",
            Self::Pipelined => "pipelined",
            Self::SlowHead => "slow-head",
            Self::SlowBody => "slow-body",
            Self::SlowReader => "slow-reader",
            Self::Silent => "silent",
            Self::Preconnect => "preconnect",
            Self::Aborting => "aborting",
            Self::HalfClosing => "half-closing",
            Self::Upgraded => "upgraded",
            Self::Http2 => "http2",
        }
    }
}
