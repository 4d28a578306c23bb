/// A place in the server with a rare path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// The driver yields between two of the machine's actions, so connections see the first action
    /// before the second.
    BetweenActions,
    /// The driver yields before it handles an event, so later events overtake that event.
    EventInHand,
    /// The first read of a connection is late.
    FirstTurn,
    /// The application is called one poll after the request was counted.
    HandlerLate,
    /// Idle connections are parked, however few there are.
    ParkEarly,
    /// A read returns one byte.
    ShortRead,
    /// A write accepts one byte.
    ShortWrite,
}

impl Site {
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
