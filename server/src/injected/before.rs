#[cfg(lastorders_sim)]
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{InjectedBug, injected};

/// The previous answer of the health route, for [`InjectedBug::HealthLate`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    #[cfg(lastorders_sim)]
    answer: Arc<AtomicBool>,
}

impl Before {
    /// Returns `now`, or the argument of the previous call if the bug is injected.
    pub(crate) fn instead_of(&self, now: bool) -> bool {
        if injected(InjectedBug::HealthLate) { self.exchange(now) } else { now }
    }

    #[cfg(lastorders_sim)]
    fn exchange(&self, now: bool) -> bool {
        self.answer.swap(now, Ordering::Relaxed)
    }

    #[cfg(not(lastorders_sim))]
    fn exchange(&self, now: bool) -> bool {
        now
    }
}
