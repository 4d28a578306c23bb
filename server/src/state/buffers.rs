use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Counts the connections that hold buffers, and says when there are too many.
#[derive(Debug, Default)]
pub(crate) struct BufferBudget {
    unparked: AtomicUsize,
    limit: OnceLock<usize>,
    sweep_due: AtomicBool,
}

impl BufferBudget {
    /// Sets the limit, unless the limit is already set. Before that there is no limit.
    pub(crate) fn set_limit(&self, limit: usize) {
        self.limit.get_or_init(|| limit);
    }

    /// Counts one more connection. Returns whether the caller must wake the driver for a sweep:
    /// when the count exceeds the limit, and again at each further 25 % of the limit.
    pub(crate) fn enter(&self) -> bool {
        let others = self.unparked.fetch_add(1, Ordering::Relaxed);
        let limit = self.limit.get().copied().unwrap_or(usize::MAX);
        let excess = others.checked_sub(limit);
        let due = excess.is_some_and(|excess| excess.is_multiple_of(limit / 4 + 1));
        if due {
            self.sweep_due.store(true, Ordering::Release);
        }
        due
    }

    /// Counts one connection less.
    pub(crate) fn leave(&self) {
        self.unparked.fetch_sub(1, Ordering::Relaxed);
    }

    /// The number of connections that hold buffers.
    pub(crate) fn unparked(&self) -> usize {
        self.unparked.load(Ordering::Relaxed)
    }

    /// Whether a sweep became due since the last call.
    pub(crate) fn take_sweep_due(&self) -> bool {
        self.sweep_due.swap(false, Ordering::AcqRel)
    }

    /// Whether more connections hold buffers than the limit allows.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.limit.get().is_some_and(|limit| self.unparked() > *limit)
    }
}
