use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A flag that is raised once, and that tasks can wait for. Waiting tasks wake in the order of
/// their arrival.
#[derive(Debug, Default)]
pub(super) struct Flag {
    is: Mutex<bool>,
    raised: Notify,
}

impl Flag {
    pub(super) fn raise(&self) {
        self.raise_after(|| {});
    }

    /// Raises the flag. If the flag is down, calls `first` before any task can see the raised flag.
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

    /// Waits until the flag is raised. Cancel safe.
    pub(super) async fn wait(&self) {
        // Created before the test, so that a raise between the test and the wait is not missed.
        let raised = self.raised.notified();
        if !self.is_raised() {
            raised.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
