use std::fmt;

use super::Rare;

impl Rare {
    /// Every site.
    pub const ALL: [Self; 7] = [
        Self::BetweenActions,
        Self::EventInHand,
        Self::FirstTurn,
        Self::HandlerLate,
        Self::ParkEarly,
        Self::ShortRead,
        Self::ShortWrite,
    ];
}

/// In words: what happens there.
impl fmt::Display for Rare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::BetweenActions => "the driver gives way between two actions",
            Self::EventInHand => "the driver gives way with an event in its hand",
            Self::FirstTurn => "a connection has its first turn late",
            Self::HandlerLate => "a handler is called late",
            Self::ParkEarly => "idle connections are parked, however few",
            Self::ShortRead => "a read gives one byte",
            Self::ShortWrite => "a write takes one byte",
        })
    }
}
