#[cfg(feature = "rare")]
use super::rarely;

/// A place in the server.
#[cfg_attr(
    not(feature = "rare"),
    expect(unreachable_pub, reason = "public with the feature of this name")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "rare", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "rare", serde(rename_all = "kebab-case"))]
pub enum Rare {
    /// The driver gives way between two of the machine's actions, so that connections see the one
    /// and not the other yet.
    BetweenActions,
    /// The driver gives way with an event in its hand, which is handled after what came later.
    EventInHand,
    /// The task of a connection has its first turn late.
    FirstTurn,
    /// The application is asked for an answer a turn after the request was counted.
    HandlerLate,
    /// Idle connections are parked, however few there are.
    ParkEarly,
    /// A read gives one byte.
    ShortRead,
    /// A write takes one byte.
    ShortWrite,
}

/// Whether the rare branch is taken here, this time.
#[cfg(not(feature = "rare"))]
#[inline(always)]
pub(crate) const fn rarely(_: Rare) -> bool {
    false
}

/// Lets every other task have a turn, if the rare branch is taken. Cancel safe.
pub(crate) async fn give_way(at: Rare) {
    if rarely(at) {
        tokio::task::yield_now().await;
    }
}
