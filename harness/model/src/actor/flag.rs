use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Something that becomes true once, and can be waited for. Those that wait are woken in the order
/// in which they came.
#[derive(Debug, Default)]
pub(super) struct Flag {
    is: Mutex<bool>,
    raised: Notify,
}

impl Flag {
    pub(super) fn raise(&self) {
        self.raise_after(|| {});
    }

    /// Whoever raises it first does this before anybody can see it.
    pub(super) fn raise_after(&self, first: impl FnOnce()) {
        let mut is = self.lock();
        if *is {
            return;
        }
        first();
        *is = true;
        drop(is);
        self.raised.notify_waiters();
    }

    pub(super) fn is_raised(&self) -> bool {
        *self.lock()
    }

    /// Waits until it is raised. Cancel safe.
    pub(super) async fn wait(&self) {
        // Asked for first: what is raised between the look and the wait is not missed.
        let raised = self.raised.notified();
        if !self.is_raised() {
            raised.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
