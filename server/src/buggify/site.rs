#[cfg(lastorders_sim)]
use super::buggify;

/// A place in the server with a rare path.
#[cfg_attr(lastorders_sim, derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash))]
#[cfg_attr(
    not(lastorders_sim),
    expect(unreachable_pub, reason = "public under `lastorders_sim` only")
)]
#[derive(Clone, Copy)]
pub enum Site {
    /// The driver yields between two of the machine's actions, so connections see the first action
    /// before the second.
    BetweenActions,
    /// The driver yields before it handles an event, so later events overtake that event.
    EventInHand,
    /// The first poll of a connection's task is late.
    FirstTurn,
    /// The application is called one poll after the request was counted.
    HandlerLate,
    /// Idle connections are parked, however few there are.
    ParkEarly,
    /// A read returns one byte.
    ShortRead,
    /// A write takes one byte.
    ShortWrite,
}

#[cfg(lastorders_sim)]
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

/// Whether the rare path is taken here, this time: never in this build.
#[cfg(not(lastorders_sim))]
#[inline(always)]
pub(crate) const fn buggify(_: Site) -> bool {
    false
}

/// Yields to every other task once if the rare path is taken.
///
/// # Cancel safety
///
/// Cancel safe.
pub(crate) async fn yield_maybe(at: Site) {
    if buggify(at) {
        tokio::task::yield_now().await;
    }
}
