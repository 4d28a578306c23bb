use std::fmt;

/// The activity of a connection, for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConnectionClass {
    /// The peer had not sent a byte.
    New,
    /// The server had read a part of a request's head.
    HalfHead,
    /// A request was in flight.
    Active,
    /// The connection spoke HTTP/1 and was between two requests.
    Idle,
    /// The connection spoke HTTP/2, with or without requests in flight.
    Http2,
    /// The connection had left HTTP: a WebSocket, or a tunnel made by CONNECT.
    Upgraded,
    /// The server had sent its FIN.
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

    /// The name in logs, in metrics and in the JSON of reports.
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
