use std::fmt;

use serde::{Deserialize, Serialize};

/// A site in our server with a rare path, by its name in cases.
///
/// This list belongs to the simulator: every build reads the same cases and draws the same case for
/// a seed. Only a build with `--cfg lastorders_sim` ([`BUILT_IN`](crate::bugs::BUILT_IN)) takes the
/// rare paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuggifySite {
    /// The driver yields between two of the machine's actions.
    BetweenActions,
    /// The driver yields before it handles an event.
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

impl BuggifySite {
    /// All sites. Generated cases draw in this order.
    pub const ALL: [Self; 7] = [
        Self::BetweenActions,
        Self::EventInHand,
        Self::FirstTurn,
        Self::HandlerLate,
        Self::ParkEarly,
        Self::ShortRead,
        Self::ShortWrite,
    ];

    /// The same site in the server's own list.
    #[cfg(lastorders_sim)]
    pub(crate) const fn in_server(self) -> lastorders::buggify::Site {
        use lastorders::buggify::Site;
        match self {
            Self::BetweenActions => Site::BetweenActions,
            Self::EventInHand => Site::EventInHand,
            Self::FirstTurn => Site::FirstTurn,
            Self::HandlerLate => Site::HandlerLate,
            Self::ParkEarly => Site::ParkEarly,
            Self::ShortRead => Site::ShortRead,
            Self::ShortWrite => Site::ShortWrite,
        }
    }
}

/// The rare path in words.
impl fmt::Display for BuggifySite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::BetweenActions => "the driver yields between two actions",
            Self::EventInHand => "the driver yields before it handles an event",
            Self::FirstTurn => "the first poll of a connection is late",
            Self::HandlerLate => "a handler is called late",
            Self::ParkEarly => "idle connections are parked, however few",
            Self::ShortRead => "a read returns one byte",
            Self::ShortWrite => "a write takes one byte",
        })
    }
}

#[cfg(all(test, lastorders_sim))]
mod injected {
    use std::collections::BTreeSet;

    use lastorders::buggify::Site;

    use super::*;

    #[test]
    fn the_simulator_and_the_server_list_the_same_sites() {
        let mapped: BTreeSet<Site> =
            BuggifySite::ALL.into_iter().map(|it| it.in_server()).collect();
        assert_eq!(mapped, BTreeSet::from(Site::ALL));
        for site in BuggifySite::ALL {
            assert_eq!(format!("{site:?}"), format!("{:?}", site.in_server()));
        }
    }
}
