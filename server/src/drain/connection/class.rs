use std::fmt;

/// What a connection was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConnectionClass {
    /// Accepted, and not a byte was read.
    New,
    /// A part of a request's head was read.
    HalfHead,
    /// A request was in flight.
    Active,
    /// HTTP/1 between two requests.
    Idle,
    /// HTTP/2, with or without requests in flight.
    Http2,
    /// No longer HTTP: a WebSocket or a tunnel.
    Upgraded,
    /// Our side was shut.
    Lingering,
}

impl ConnectionClass {
    /// Every class.
    #[cfg(any(feature = "metrics", all(test, feature = "axum")))]
    pub(crate) const ALL: [Self; 7] = [
        Self::New,
        Self::HalfHead,
        Self::Active,
        Self::Idle,
        Self::Http2,
        Self::Upgraded,
        Self::Lingering,
    ];

    /// Its name in logs, metrics and reports for machines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::HalfHead => "half_head",
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Http2 => "http2",
            Self::Upgraded => "upgraded",
            Self::Lingering => "lingering",
        }
    }
}

impl fmt::Display for ConnectionClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::HalfHead => "half a head",
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Http2 => "HTTP/2",
            Self::Upgraded => "upgraded",
            Self::Lingering => "lingering",
        })
    }
}
