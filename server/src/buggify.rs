//! Fault injection: forces correct but rare paths, such as one-byte reads.
//!
//! A loaded machine, many threads or many clients take these paths now and then. A simulator takes
//! them on purpose. This module is in a build with `--cfg lastorders_sim` only. The cfg is a flag
//! of rustc and no cargo feature, because cargo unifies features across a workspace.
//!
//! [`Site`] lists the places in the server. The private module `hooks` holds their code.

use std::cell::{Cell, RefCell};

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

type Decide = Box<dyn FnMut(Site) -> bool + Send>;

thread_local! {
    /// One bit for each enabled site. The server checks this often, and most sites are off.
    static ENABLED: Cell<u16> = const { Cell::new(0) };
    static DECIDE: RefCell<Option<Decide>> = const { RefCell::new(None) };
}

const fn bit(site: Site) -> u16 {
    1 << site as u16
}

/// Whether the rare path is taken here, this time.
pub(crate) fn buggify(site: Site) -> bool {
    ENABLED.get() & bit(site) != 0
        && DECIDE.with_borrow_mut(|decide| decide.as_mut().is_some_and(|decide| decide(site)))
}

/// Whether the rare path may be taken here.
pub(crate) fn is_enabled(site: Site) -> bool {
    ENABLED.get() & bit(site) != 0
}

/// Calls `decide` each time a server of this thread reaches one of these sites, until the guard is
/// dropped; the rare path is taken if `decide` returns `true`. A simulation runs on one thread.
///
/// `decide` must not serve, because the server calls it in the middle of a poll.
pub fn on_this_thread(
    sites: impl IntoIterator<Item = Site>,
    decide: impl FnMut(Site) -> bool + Send + 'static,
) -> Guard {
    let enabled = sites.into_iter().fold(0, |enabled, site| enabled | bit(site));
    let decide: Decide = Box::new(decide);
    Guard { enabled: ENABLED.replace(enabled), decide: DECIDE.replace(Some(decide)) }
}

/// Keeps sites enabled on the thread that created the guard.
#[must_use = "the sites are off when the guard is dropped"]
pub struct Guard {
    enabled: u16,
    decide: Option<Decide>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        ENABLED.set(self.enabled);
        DECIDE.set(self.decide.take());
    }
}

/// Named so that `cargo test injected` selects every test that needs `--cfg lastorders_sim`.
#[cfg(test)]
mod injected {
    use super::*;

    #[test]
    fn only_an_enabled_site_is_decided_and_only_while_its_guard_lives() {
        assert!(!buggify(Site::ShortRead));
        let outer = on_this_thread([Site::ShortRead], |_| true);
        assert!(buggify(Site::ShortRead) && !buggify(Site::ShortWrite));
        let mut turn = false;
        let inner = on_this_thread([Site::ShortWrite], move |_| {
            turn = !turn;
            turn
        });
        assert!(!buggify(Site::ShortRead));
        assert_eq!([(); 3].map(|()| buggify(Site::ShortWrite)), [true, false, true]);
        drop(inner);
        assert!(buggify(Site::ShortRead));
        drop(outer);
        assert!(Site::ALL.into_iter().all(|site| !buggify(site)));
    }
}
