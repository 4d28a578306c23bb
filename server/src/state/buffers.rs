use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Who holds buffers, and how many may.
#[derive(Debug, Default)]
pub(crate) struct BufferBudget {
    unparked: AtomicUsize,
    limit: OnceLock<usize>,
    sweep_due: AtomicBool,
}

impl BufferBudget {
    pub(crate) fn set_limit(&self, limit: usize) {
        self.limit.get_or_init(|| limit);
    }

    /// One more holds buffers. Whether the driver is to be woken for a round.
    pub(crate) fn enter(&self) -> bool {
        let others = self.unparked.fetch_add(1, Ordering::Relaxed);
        let limit = self.limit.get().copied().unwrap_or(usize::MAX);
        let more = others.checked_sub(limit);
        let due = more.is_some_and(|more| more.is_multiple_of(limit / 4 + 1));
        if due {
            self.sweep_due.store(true, Ordering::Release);
        }
        due
    }

    pub(crate) fn leave(&self) {
        self.unparked.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn unparked(&self) -> usize {
        self.unparked.load(Ordering::Relaxed)
    }

    /// Whether a round is due, since this was last asked.
    pub(crate) fn take_sweep_due(&self) -> bool {
        self.sweep_due.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.limit.get().is_some_and(|limit| self.unparked() > *limit)
    }
}
