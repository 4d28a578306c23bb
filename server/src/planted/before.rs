#[cfg(feature = "planted")]
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{Planted, planted};

/// The answer of before, for [`Planted::HealthLate`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    #[cfg(feature = "planted")]
    answer: Arc<AtomicBool>,
}

impl Before {
    /// What is right now; with the bug, what was right when this was last called.
    pub(crate) fn instead_of(&self, now: bool) -> bool {
        if planted(Planted::HealthLate) { self.exchange(now) } else { now }
    }

    #[cfg(feature = "planted")]
    fn exchange(&self, now: bool) -> bool {
        self.answer.swap(now, Ordering::Relaxed)
    }

    #[cfg(not(feature = "planted"))]
    fn exchange(&self, now: bool) -> bool {
        now
    }
}
